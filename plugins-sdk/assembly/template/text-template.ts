import { Json } from "../json/json";
import { Inserter } from "./inserter";
import { Node, NodeKind } from "./nodes";
import { Parser } from "./parse";
import { Renderer } from "./render";

/**
 * A text with `{{path}}` for values: the subset of Handlebars that prompts have, with `if`, `unless`, `each`, `with` and the functions
 * `lower`, `upper`, `trim`, `json`, `length`, `default` and `join`.
 */
@final
export class TextTemplate {
  /** What is wrong with the template; empty if nothing is. */
  readonly problem: string;
  /** After `fill`: the first path of a `{{…}}` that led to nothing; empty if there is none. */
  missing: string = "";
  /** After `fill`: true if a path led to something. */
  found: bool = false;
  private nodes: Node[];

  constructor(source: string) {
    const parser = new Parser();
    this.nodes = parser.parse(source);
    this.problem = parser.problem;
  }

  /** Fills in the values of an object. @param inserter Says what a value becomes in its place. */
  fill(data: Json, inserter: Inserter = new Inserter()): string {
    const renderer = new Renderer(data, inserter);
    const text = renderer.render(this.nodes);
    this.missing = renderer.missing;
    this.found = renderer.found;
    return text;
  }

  /** True if the template is a single `{{path}}`, so that its value may be taken as it is. */
  get isValue(): bool {
    return this.nodes.length == 1 && this.nodes[0].kind == NodeKind.Value && this.nodes[0].expression.name.length == 0;
  }

  /** The value of a single `{{path}}`; of kind `Missing` if there is none. */
  value(data: Json): Json {
    const renderer = new Renderer(data, new Inserter());
    const value = renderer.valueOf(this.nodes[0]);
    this.missing = value.kindName == "nothing" ? this.nodes[0].expression.path.join(".") : "";
    return value;
  }

  /** The texts that the author has written, in their order; those in blocks, too. */
  texts(): string[] {
    const found: string[] = [];
    addTexts(this.nodes, found);
    return found;
  }

  /** True if a value is inserted by `{{{…}}}` or `{{&…}}`. */
  get isRaw(): bool {
    return hasRaw(this.nodes);
  }
}

function addTexts(nodes: Node[], found: string[]): void {
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index];
    if (node.kind == NodeKind.Text) found.push(node.text);
    addTexts(node.body, found);
    addTexts(node.otherwise, found);
  }
}

function hasRaw(nodes: Node[]): bool {
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index];
    if (node.raw || hasRaw(node.body) || hasRaw(node.otherwise)) return true;
  }
  return false;
}
