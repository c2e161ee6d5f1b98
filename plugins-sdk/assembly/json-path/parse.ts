import { isDigit } from "../text/characters";

import { Cursor } from "./cursor";
import { FilterParser } from "./parse-filter";
import { Query, Segment, Selector, SelectorKind } from "./query";

/** Reads a JSON path by RFC 9535. */
@final
export class PathParser {
  private cursor: Cursor;

  constructor(text: string) {
    this.cursor = new Cursor(text);
  }

  /** What is wrong with the path; empty if nothing is. */
  get problem(): string {
    return this.cursor.problem;
  }

  parse(): Query {
    const cursor = this.cursor;
    if (!cursor.take("$")) cursor.wrong('"$"');
    const query = parseSegments(cursor, new Query(true), 0);
    if (!cursor.atEnd) cursor.wrong('".", ".." or "["');
    return query;
  }
}

/** Steps of a path, as far as they go; white space that follows them is left. */
export function parseSegments(cursor: Cursor, query: Query, depth: i32): Query {
  while (!cursor.failed) {
    const before = cursor.at;
    cursor.skipSpace();
    if (cursor.take("..")) {
      const segment = new Segment(true);
      if (cursor.peek() == 0x5b) parseBrackets(cursor, segment, depth);
      else parseShort(cursor, segment);
      query.segments.push(segment);
    } else if (cursor.take(".")) {
      const segment = new Segment(false);
      parseShort(cursor, segment);
      query.segments.push(segment);
    } else if (cursor.peek() == 0x5b) {
      const segment = new Segment(false);
      parseBrackets(cursor, segment, depth);
      query.segments.push(segment);
    } else {
      cursor.at = cursor.failed ? cursor.at : before;
      break;
    }
  }
  return query;
}

/** `*` or a name, after a point. */
function parseShort(cursor: Cursor, segment: Segment): void {
  if (cursor.take("*")) {
    segment.selectors.push(new Selector(SelectorKind.Wildcard));
    return;
  }
  const selector = new Selector(SelectorKind.Name);
  selector.name = cursor.name();
  if (selector.name.length == 0) cursor.wrong("a name");
  segment.selectors.push(selector);
}

function parseBrackets(cursor: Cursor, segment: Segment, depth: i32): void {
  cursor.take("[");
  do {
    cursor.skipSpace();
    segment.selectors.push(parseSelector(cursor, depth));
    cursor.skipSpace();
  } while (cursor.take(","));
  if (!cursor.take("]")) cursor.wrong('"," or "]"');
}

function parseSelector(cursor: Cursor, depth: i32): Selector {
  const unit = cursor.peek();
  if (unit == 0x22 || unit == 0x27) {
    const selector = new Selector(SelectorKind.Name);
    selector.name = cursor.quoted();
    return selector;
  }
  if (cursor.take("*")) return new Selector(SelectorKind.Wildcard);
  if (cursor.take("?")) {
    const selector = new Selector(SelectorKind.Filter);
    selector.filter = new FilterParser(cursor, depth + 1).parse();
    return selector;
  }
  return parseSlice(cursor);
}

/** An index, or up to three numbers with colons between them. */
function parseSlice(cursor: Cursor): Selector {
  const slice = new Selector(SelectorKind.Slice);
  if (startsNumber(cursor)) {
    slice.hasStart = true;
    slice.start = cursor.integer();
  }
  const afterStart = cursor.at;
  cursor.skipSpace();
  if (!cursor.take(":")) {
    if (!cursor.failed) cursor.at = afterStart;
    if (!slice.hasStart) cursor.wrong("a name in quotes, a number, ':', '*' or '?'");
    const index = new Selector(SelectorKind.Index);
    index.start = slice.start;
    return index;
  }
  cursor.skipSpace();
  if (startsNumber(cursor)) {
    slice.hasEnd = true;
    slice.end = cursor.integer();
    cursor.skipSpace();
  }
  if (cursor.take(":")) {
    cursor.skipSpace();
    if (startsNumber(cursor)) slice.step = cursor.integer();
  }
  return slice;
}

function startsNumber(cursor: Cursor): bool {
  return cursor.peek() == 0x2d || isDigit(cursor.peek());
}
