import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";

import { isHelper, helperNames } from "./helpers";
import { Expression, Node, NodeKind } from "./nodes";
import { Token, Tokenizer } from "./tokens";

/** Blocks within blocks. */
const MAX_DEPTH: i32 = 64;

/** Reads a template; `problem` says what is wrong with it. */
@final
export class Parser {
  problem: string = "";
  private tokens: Token[] = [];
  private at: i32 = 0;

  parse(template: string): Node[] {
    const tokenizer = new Tokenizer(template);
    this.tokens = tokenizer.tokens;
    this.problem = tokenizer.problem;
    const nodes = this.nodes(0);
    if (this.at < this.tokens.length) this.wrong("{{" + this.tokens[this.at].value + "}} closes nothing", this.tokens[this.at]);
    return nodes;
  }

  private wrong(what: string, token: Token): void {
    if (this.problem.length == 0) this.problem = what + ", at character " + token.place.toString();
  }

  /** Up to a tag that ends the block, or the end. */
  private nodes(depth: i32): Node[] {
    const nodes: Node[] = [];
    while (this.at < this.tokens.length && this.problem.length == 0) {
      const token = this.tokens[this.at];
      const value = token.value;
      if (!token.isTag) {
        const node = new Node(NodeKind.Text);
        node.text = value;
        nodes.push(node);
        this.at++;
      } else if (value.startsWith("/") || value == "else" || value == "^" || value.startsWith("else ")) {
        return nodes;
      } else if (value.startsWith("!")) {
        this.at++;
      } else if (value.startsWith("#")) {
        this.at++;
        const node = this.block(token, value.substring(1).trim(), depth);
        nodes.push(node);
        const close = "/" + nameOf(value.substring(1).trim());
        if (this.at < this.tokens.length && this.tokens[this.at].value.replaceAll(" ", "") == close) this.at++;
        else this.wrong("{{" + value + "}} has no {{" + close + "}}", token);
      } else {
        const node = new Node(NodeKind.Value);
        node.raw = token.raw;
        node.expression = this.expression(value, token);
        nodes.push(node);
        this.at++;
      }
    }
    return nodes;
  }

  /** A block up to its closing tag. */
  private block(token: Token, content: string, depth: i32): Node {
    const name = nameOf(content);
    const kind = kindOf(name);
    const node = new Node(kind);
    if (kind == NodeKind.Text) this.wrong('there is no block "' + name + '"; there are if, unless, each and with', token);
    if (depth == MAX_DEPTH) this.wrong("more than " + MAX_DEPTH.toString() + " blocks within each other", token);
    if (this.problem.length > 0) return node;
    node.expression = this.expression(content.substring(name.length).trim(), token);
    node.body = this.nodes(depth + 1);
    if (this.at >= this.tokens.length) return node;
    const next = this.tokens[this.at];
    if (next.value == "else" || next.value == "^") {
      this.at++;
      node.otherwise = this.nodes(depth + 1);
    } else if (next.value.startsWith("else ")) {
      // What comes is a block of its own, closed by the tag of the first one.
      this.at++;
      node.otherwise = [this.block(next, next.value.substring(5).trim(), depth + 1)];
    }
    return node;
  }

  private expression(text: string, token: Token): Expression {
    const parts = splitArguments(text);
    const expression = new Expression();
    if (parts.length == 0) {
      this.wrong("a tag is empty", token);
    } else if (parts.length == 1) {
      this.readPath(parts[0], expression, token);
    } else if (!isHelper(parts[0], parts.length - 1)) {
      this.wrong('there is no function "' + parts[0] + '" of ' + (parts.length - 1).toString() + " values; there are " + helperNames(), token);
    } else {
      expression.name = parts[0];
      for (let index = 1; index < parts.length; index++) {
        const value = new Expression();
        this.readPath(parts[index], value, token);
        expression.arguments.push(value);
      }
    }
    return expression;
  }

  private readPath(text: string, expression: Expression, token: Token): void {
    if (text.startsWith('"') || text.startsWith("'")) {
      const out = new JsonWriter();
      out.string(text.substring(1, text.length - 1));
      expression.literal = Json.parse(out.toString());
      return;
    }
    const literal = Json.parse(text);
    if (literal.isNumber || literal.isBoolean || literal.isNull) {
      expression.literal = literal;
      return;
    }
    if (text.startsWith("@")) {
      expression.isData = true;
      text = text.substring(1);
    }
    while (text.startsWith("../") || text == "..") {
      expression.up++;
      text = text.substring(3);
    }
    if (text.startsWith("./")) text = text.substring(2);
    if (text == "." || text == "this" || text.length == 0) return;
    if (text.startsWith("this.") || text.startsWith("this/")) text = text.substring(5);
    let start = 0;
    while (start <= text.length) {
      let end = start;
      if (text.charAt(start) == "[") {
        end = text.indexOf("]", start);
        if (end < 0) {
          this.wrong('the path "' + text + '" has no "]"', token);
          return;
        }
        expression.path.push(text.substring(start + 1, end));
        end++;
      } else {
        while (end < text.length && text.charAt(end) != "." && text.charAt(end) != "/") end++;
        if (end == start) {
          this.wrong('the path "' + text + '" has an empty part', token);
          return;
        }
        expression.path.push(text.substring(start, end));
      }
      start = end + 1;
    }
  }
}

function nameOf(content: string): string {
  const space = content.indexOf(" ");
  return space < 0 ? content : content.substring(0, space);
}

function kindOf(name: string): NodeKind {
  if (name == "if") return NodeKind.If;
  if (name == "unless") return NodeKind.Unless;
  if (name == "each") return NodeKind.Each;
  return name == "with" ? NodeKind.With : NodeKind.Text;
}

/** The parts between white space; quotes and brackets hold together. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let index = 0;
  while (index < text.length) {
    if (text.charAt(index).trim().length == 0) {
      index++;
      continue;
    }
    const start = index;
    let open = "";
    while (index < text.length && (open.length > 0 || text.charAt(index).trim().length > 0)) {
      const character = text.charAt(index++);
      if (open.length > 0) {
        if (character == open) open = "";
      } else if (character == '"' || character == "'") {
        open = character;
      } else if (character == "[") {
        open = "]";
      }
    }
    parts.push(text.substring(start, index));
  }
  return parts;
}
