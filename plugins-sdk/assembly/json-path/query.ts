import { Json } from "../json/json";
import { Regex } from "../regex/regex";

/** A path: `$` or `@`, and what is taken step by step. */
@final
export class Query {
  segments: Segment[] = [];

  constructor(
    /** True for `$`, the whole document; false for `@`, the value that a filter looks at. */
    readonly absolute: bool,
  ) {}

  /** True if it takes one value at most. */
  get isSingular(): bool {
    for (let index = 0; index < this.segments.length; index++) {
      const selectors = this.segments[index].selectors;
      if (this.segments[index].descendant || selectors.length != 1) return false;
      if (selectors[0].kind != SelectorKind.Name && selectors[0].kind != SelectorKind.Index) return false;
    }
    return true;
  }
}

@final
export class Segment {
  selectors: Selector[] = [];

  constructor(
    /** True for `..`: of the value and all values within it. */
    readonly descendant: bool,
  ) {}
}

export enum SelectorKind {
  Name,
  Wildcard,
  Index,
  Slice,
  Filter,
}

@final
export class Selector {
  name: string = "";
  /** The index, or where the slice starts. */
  start: i64 = 0;
  end: i64 = 0;
  step: i64 = 1;
  hasStart: bool = false;
  hasEnd: bool = false;
  filter: Expression | null = null;

  constructor(readonly kind: SelectorKind) {}
}

export enum ExpressionKind {
  Or,
  And,
  Not,
  /** `==` and the like; `name` is the operator. */
  Compare,
  /** A query: its values, or whether there are any. */
  Query,
  Literal,
  /** A function; `name` is its name. */
  Call,
}

/** A part of a filter. */
@final
export class Expression {
  name: string = "";
  parts: Expression[] = [];
  query: Query | null = null;
  literal: Json = Json.missing;
  /** Regular expressions of a call: the same one is asked for with each item. Here, since a variable of the file would be in every plugin. */
  compiled: Map<string, Regex> = new Map();

  constructor(readonly kind: ExpressionKind) {}
}
