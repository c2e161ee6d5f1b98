import { Json } from "../json/json";
import { Regex } from "../regex/regex";
import { countCodePoints, toCodePoints } from "../text/code-points";

import { Expression, ExpressionKind } from "./query";
import { select } from "./select";

/** Judges one value by the expression of a filter. */
@final
export class Filter {
  constructor(private root: Json, private current: Json) {}

  test(expression: Expression): bool {
    const parts = expression.parts;
    const kind = expression.kind;
    if (kind == ExpressionKind.Or) {
      for (let index = 0; index < parts.length; index++) if (this.test(parts[index])) return true;
      return false;
    }
    if (kind == ExpressionKind.And) {
      for (let index = 0; index < parts.length; index++) if (!this.test(parts[index])) return false;
      return true;
    }
    if (kind == ExpressionKind.Not) return !this.test(parts[0]);
    if (kind == ExpressionKind.Query) return this.values(expression).length > 0;
    if (kind == ExpressionKind.Compare) return compare(this.value(parts[0]), expression.name, this.value(parts[1]));
    return matches(expression, this.value(parts[0]), this.value(parts[1]));
  }

  private values(expression: Expression): Json[] {
    const query = expression.query;
    return query === null ? [] : select(query, this.root, this.current);
  }

  /** A single value; `Json.missing` for nothing. */
  private value(expression: Expression): Json {
    if (expression.kind == ExpressionKind.Literal) return expression.literal;
    if (expression.kind == ExpressionKind.Query) {
      const values = this.values(expression);
      return values.length == 1 ? values[0] : Json.missing;
    }
    const argument = expression.parts[0];
    if (expression.name == "count") return Json.parse(this.values(argument).length.toString());
    if (expression.name == "value") {
      const values = this.values(argument);
      return values.length == 1 ? values[0] : Json.missing;
    }
    const value = this.value(argument);
    if (value.isString) return Json.parse(countCodePoints(value.text()).toString());
    return value.isArray || value.isObject ? Json.parse(value.length.toString()) : Json.missing;
  }
}

function compare(left: Json, operator: string, right: Json): bool {
  if (operator == "==") return equals(left, right);
  if (operator == "!=") return !equals(left, right);
  if (operator == "<") return isLess(left, right);
  if (operator == ">") return isLess(right, left);
  return equals(left, right) || (operator == "<=" ? isLess(left, right) : isLess(right, left));
}

/** Equal values, whatever the order of keys and the form of numbers; nothing equals nothing. */
export function equals(left: Json, right: Json): bool {
  if (left.kind != right.kind) return false;
  if (left.isNumber) return left.number() == right.number();
  if (left.isString) return left.text() == right.text();
  if (left.isBoolean) return left.boolean() == right.boolean();
  if (left.length != right.length) return false;
  if (left.isArray) {
    for (let index = 0; index < left.length; index++) if (!equals(left.at(index), right.at(index))) return false;
  } else if (left.isObject) {
    for (let index = 0; index < left.length; index++) {
      if (!equals(left.at(index), right.get(left.keyAt(index)))) return false;
    }
  }
  return true;
}

function isLess(left: Json, right: Json): bool {
  if (left.isNumber && right.isNumber) return left.number() < right.number();
  if (!left.isString || !right.isString) return false;
  const a = toCodePoints(left.text());
  const b = toCodePoints(right.text());
  for (let index = 0; index < min(a.length, b.length); index++) {
    if (a[index] != b[index]) return a[index] < b[index];
  }
  return a.length < b.length;
}

const MAX_COMPILED: i32 = 16;

function compile(compiled: Map<string, Regex>, source: string, whole: bool): Regex {
  if (compiled.has(source)) return compiled.get(source);
  if (compiled.size == MAX_COMPILED) compiled.clear();
  let regex = new Regex(source);
  // By itself first: "a)|(?:b" would become right in brackets.
  if (whole && regex.problem.length == 0) regex = new Regex("^(?:" + source + ")$");
  compiled.set(source, regex);
  return regex;
}

function matches(expression: Expression, value: Json, pattern: Json): bool {
  if (!value.isString || !pattern.isString) return false;
  return compile(expression.compiled, withoutDots(pattern.text()), expression.name == "match").test(value.text());
}

/** A dot of RFC 9485 matches the ends of lines that Unicode has besides LF and CR. */
function withoutDots(pattern: string): string {
  let result = "";
  let inClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    if (character == "\\") {
      result += pattern.substring(index, index + 2);
      index++;
      continue;
    }
    if (character == "[") inClass = true;
    if (character == "]") inClass = false;
    result += character == "." && !inClass ? "[^\\n\\r]" : character;
  }
  return result;
}
