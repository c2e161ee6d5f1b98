import { Json } from "../json/json";

/** What stands in a tag: a path, a literal, or a function with its arguments. */
@final
export class Expression {
  /** Name of the function; empty for a path or a literal. */
  name: string = "";
  arguments: Expression[] = [];
  /** How many contexts up the path begins. */
  up: i32 = 0;
  /** True for `@index` and the like. */
  isData: bool = false;
  path: string[] = [];
  literal: Json = Json.missing;
}

export enum NodeKind {
  Text,
  Value,
  If,
  Unless,
  Each,
  With,
}

/** A part of a template. */
@final
export class Node {
  text: string = "";
  expression: Expression = new Expression();
  /** True for `{{{…}}}` and `{{&…}}`. */
  raw: bool = false;
  body: Node[] = [];
  otherwise: Node[] = [];

  constructor(readonly kind: NodeKind) {}
}
