import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { isDigit } from "../text/characters";

import { Cursor } from "./cursor";
import { parseSegments } from "./parse";
import { Expression, ExpressionKind, Query } from "./query";

/** Filters within filters, and brackets. */
const MAX_DEPTH: i32 = 64;

/** What a function takes, one letter each, and what it gives: V a value, N the values of a query, L true or false. */
function typesOf(name: string): string {
  if (name == "length") return "VV";
  if (name == "count" || name == "value") return "NV";
  return name == "match" || name == "search" ? "VVL" : "";
}

/** Reads the expression of a filter. */
@final
export class FilterParser {
  constructor(private cursor: Cursor, private depth: i32) {}

  parse(): Expression {
    if (this.depth > MAX_DEPTH) this.cursor.wrong("less nesting");
    return this.or();
  }

  private or(): Expression {
    return this.list(ExpressionKind.Or, "||");
  }

  private list(kind: ExpressionKind, operator: string): Expression {
    const list = new Expression(kind);
    while (!this.cursor.failed) {
      this.cursor.skipSpace();
      list.parts.push(kind == ExpressionKind.Or ? this.list(ExpressionKind.And, "&&") : this.basic());
      const before = this.cursor.at;
      this.cursor.skipSpace();
      if (this.cursor.take(operator)) continue;
      if (!this.cursor.failed) this.cursor.at = before;
      break;
    }
    return list.parts.length == 1 ? list.parts[0] : list;
  }

  /** A bracket, a comparison or a test. */
  private basic(): Expression {
    const cursor = this.cursor;
    const negated = cursor.take("!");
    if (negated) cursor.skipSpace();
    let expression: Expression;
    if (cursor.take("(")) {
      expression = new FilterParser(cursor, this.depth + 1).parse();
      cursor.skipSpace();
      if (!cursor.take(")")) cursor.wrong('")"');
    } else {
      expression = this.operand();
      const operator = negated ? "" : this.operator();
      if (operator.length > 0) return this.comparison(expression, operator);
      const tests = expression.kind == ExpressionKind.Query || (expression.kind == ExpressionKind.Call && typesOf(expression.name).endsWith("L"));
      if (!tests) cursor.wrong("a comparison");
    }
    if (!negated) return expression;
    const not = new Expression(ExpressionKind.Not);
    not.parts.push(expression);
    return not;
  }

  private operator(): string {
    const cursor = this.cursor;
    const before = cursor.at;
    cursor.skipSpace();
    const operators = ["==", "!=", "<=", ">=", "<", ">"];
    for (let index = 0; index < operators.length; index++) if (cursor.take(operators[index])) return operators[index];
    if (!cursor.failed) cursor.at = before;
    return "";
  }

  private comparison(left: Expression, operator: string): Expression {
    this.cursor.skipSpace();
    const comparison = new Expression(ExpressionKind.Compare);
    comparison.name = operator;
    const right = this.operand();
    if (!isValue(left) || !isValue(right)) this.cursor.wrong("single values on both sides of " + operator);
    comparison.parts.push(left);
    comparison.parts.push(right);
    return comparison;
  }

  /** A query, a literal or a call. */
  private operand(): Expression {
    const cursor = this.cursor;
    const unit = cursor.peek();
    if (unit == 0x24 || unit == 0x40) {
      cursor.at++;
      const expression = new Expression(ExpressionKind.Query);
      expression.query = parseSegments(cursor, new Query(unit == 0x24), this.depth);
      return expression;
    }
    if (unit == 0x22 || unit == 0x27) {
      const text = cursor.quoted();
      return literal(new JsonWriter().string(text).toString());
    }
    if (unit == 0x2d || isDigit(unit)) return this.number();
    const name = this.functionName();
    if (name == "true" || name == "false" || name == "null") return literal(name);
    return this.call(name);
  }

  private functionName(): string {
    const cursor = this.cursor;
    const start = cursor.at;
    while (!cursor.atEnd && "abcdefghijklmnopqrstuvwxyz0123456789_".includes(cursor.text.charAt(cursor.at))) cursor.at++;
    return cursor.text.substring(start, cursor.at);
  }

  private number(): Expression {
    const cursor = this.cursor;
    const start = cursor.at;
    while (!cursor.atEnd && "0123456789.eE+-".includes(cursor.text.charAt(cursor.at))) cursor.at++;
    const value = literal(cursor.text.substring(start, cursor.at));
    if (!value.literal.isNumber) cursor.wrong("a number before this");
    return value;
  }

  private call(name: string): Expression {
    const cursor = this.cursor;
    const call = new Expression(ExpressionKind.Call);
    call.name = name;
    const types = typesOf(name);
    if (types.length == 0 || !cursor.take("(")) {
      cursor.wrong("a query, a value, or one of the functions length, count, value, match and search");
      return call;
    }
    for (let index = 0; index < types.length - 1 && !cursor.failed; index++) {
      cursor.skipSpace();
      if (index > 0 && !cursor.take(",")) cursor.wrong('","');
      cursor.skipSpace();
      const argument = this.operand();
      const fits = types.charAt(index) == "N" ? argument.kind == ExpressionKind.Query : isValue(argument);
      if (!fits) cursor.wrong(types.charAt(index) == "N" ? "a query" : "a single value");
      call.parts.push(argument);
    }
    cursor.skipSpace();
    if (!cursor.take(")")) cursor.wrong('")"');
    return call;
  }
}

function literal(source: string): Expression {
  const expression = new Expression(ExpressionKind.Literal);
  expression.literal = Json.parse(source);
  return expression;
}

function isValue(expression: Expression): bool {
  if (expression.kind == ExpressionKind.Literal) return true;
  if (expression.kind == ExpressionKind.Call) return typesOf(expression.name).endsWith("V");
  const query = expression.query;
  return query !== null && query.isSingular;
}
