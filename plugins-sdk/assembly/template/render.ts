import { Json } from "../json/json";
import { TextBuilder } from "../text/text-builder";

import { callHelper, isEmpty, textOf } from "./helpers";
import { Inserter } from "./inserter";
import { Expression, Node, NodeKind } from "./nodes";

/** What paths are looked up in: a value, and the ones around it. */
@final
class Context {
  index: i32 = -1;
  key: string = "";
  isLast: bool = false;
  /** The nearest one that is an item of `each`. */
  item: Context | null = null;

  constructor(
    readonly value: Json,
    readonly parent: Context | null,
  ) {}
}

/** Fills data into a template. */
@final
export class Renderer {
  /** True once a path of the template led to something. */
  found: bool = false;
  /** The first path of a `{{…}}` that led to nothing; empty if there is none. */
  missing: string = "";
  private out: TextBuilder = new TextBuilder();

  constructor(private data: Json, private inserter: Inserter) {}

  render(nodes: Node[]): string {
    this.write(nodes, new Context(this.data, null));
    return this.out.toString();
  }

  private write(nodes: Node[], context: Context): void {
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index];
      const kind = node.kind;
      if (kind == NodeKind.Text) this.inserter.addText(node.text, this.out);
      else if (kind == NodeKind.Value) this.writeValue(node, context);
      else if (kind == NodeKind.Each) this.writeEach(node, context);
      else this.writeBlock(node, context);
    }
  }

  /** The value of a tag that is a path. */
  valueOf(node: Node): Json {
    return this.value(node.expression, new Context(this.data, null));
  }

  private writeValue(node: Node, context: Context): void {
    const expression = node.expression;
    const text = this.text(expression, context);
    const isPath = expression.name.length == 0;
    const value = isPath ? this.value(expression, context) : Json.missing;
    this.inserter.addValue(text, value, node.raw, expression.name == "json", this.out);
  }

  private writeBlock(node: Node, context: Context): void {
    const value = this.value(node.expression, context);
    if (node.kind == NodeKind.With) {
      // Here 0 is a value like all others.
      if (isEmpty(value) && !value.isNumber) {
        this.write(node.otherwise, context);
        return;
      }
      const inner = new Context(value, context);
      inner.item = context.item;
      this.write(node.body, inner);
      return;
    }
    this.write(isEmpty(value) == (node.kind == NodeKind.Unless) ? node.body : node.otherwise, context);
  }

  private writeEach(node: Node, context: Context): void {
    const value = this.value(node.expression, context);
    const count = value.isArray || value.isObject ? value.length : 0;
    if (count == 0) this.write(node.otherwise, context);
    for (let index = 0; index < count; index++) {
      const inner = new Context(value.at(index), context);
      inner.index = index;
      inner.key = value.isObject ? value.keyAt(index) : index.toString();
      inner.isLast = index == count - 1;
      inner.item = inner;
      this.write(node.body, inner);
    }
  }

  private text(expression: Expression, context: Context): string {
    if (expression.name.length == 0) {
      if (expression.isData && expression.path.length == 1) {
        const item = itemOf(context, expression.up);
        const name = expression.path[0];
        if (name == "key") return item === null ? "" : item.key;
      }
      const value = this.value(expression, context);
      const isPath = !expression.isData && expression.up == 0 && expression.path.length > 0;
      if (isPath && value === Json.missing && this.missing.length == 0) this.missing = expression.path.join(".");
      return textOf(value);
    }
    const values: Json[] = [];
    for (let index = 0; index < expression.arguments.length; index++) {
      values.push(this.value(expression.arguments[index], context));
    }
    return callHelper(expression.name, values);
  }

  private value(expression: Expression, context: Context): Json {
    if (expression.literal !== Json.missing) return expression.literal;
    const path = expression.path;
    let value = context.value;
    let first = 0;
    if (expression.isData) {
      if (path.length > 0 && path[0] == "root") {
        value = this.data;
        first = 1;
      } else {
        return path.length == 1 ? dataOf(itemOf(context, expression.up), path[0]) : Json.missing;
      }
    } else {
      let at: Context | null = context;
      for (let up = expression.up; up > 0 && at !== null; up--) at = at.parent;
      if (at === null) return Json.missing;
      value = at.value;
    }
    for (let index = first; index < path.length; index++) value = child(value, path[index]);
    if (value.kindName != "nothing") this.found = true;
    return value;
  }
}

function child(value: Json, name: string): Json {
  if (value.isObject) return value.get(name);
  if (name == "length" && value.isArray) return Json.parse(value.length.toString());
  if (name == "length" && value.isString) return Json.parse(value.text().length.toString());
  const index = <i32>I32.parseInt(name);
  return value.isArray && index.toString() == name ? value.at(index) : Json.missing;
}

function itemOf(context: Context, up: i32): Context | null {
  let item = context.item;
  for (; up > 0 && item !== null; up--) {
    const around: Context | null = item.parent;
    item = around === null ? null : around.item;
  }
  return item;
}

function dataOf(item: Context | null, name: string): Json {
  if (item === null) return Json.missing;
  if (name == "index") return Json.parse(item.index.toString());
  if (name == "first") return Json.parse(item.index == 0 ? "true" : "false");
  if (name == "last") return Json.parse(item.isLast ? "true" : "false");
  return Json.missing;
}
