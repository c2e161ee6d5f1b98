import { Json } from "@testbench/plugins-sdk";

/** Parentheses and signs within each other: a stack takes thousands. */
const MAX_DEPTH: i32 = 100;

/**
 * An arithmetic expression: numbers, `+`, `-`, `*`, `/`, `%`, `^` and parentheses.
 *
 * `^` binds tightest and to the right, then signs, then `*`, `/` and `%`, then `+` and `-`. So `-2^2` is -4, as in mathematics.
 */
@final
export class Expression {
  /** Why there is no value; empty if there is one. */
  problem: string = "";
  private at: i32 = 0;
  private depth: i32 = 0;

  constructor(private text: string) {}

  value(): f64 {
    const value = this.sum();
    if (this.problem.length == 0 && this.peek() != 0) this.fail("a number or an operator");
    return value;
  }

  private sum(): f64 {
    let value = this.product();
    for (;;) {
      if (this.take(0x2b)) value += this.product();
      else if (this.take(0x2d)) value -= this.product();
      else break;
    }
    return value;
  }

  private product(): f64 {
    let value = this.signed();
    for (;;) {
      if (this.take(0x2a)) value *= this.signed();
      else if (this.take(0x2f)) value /= this.divisor();
      else if (this.take(0x25)) value %= this.divisor();
      else break;
    }
    return value;
  }

  private divisor(): f64 {
    const value = this.signed();
    if (value == 0 && this.problem.length == 0) this.problem = "division by zero";
    return value;
  }

  private signed(): f64 {
    if (++this.depth > MAX_DEPTH) this.problem = "the expression nests more than " + MAX_DEPTH.toString() + " levels";
    if (this.problem.length > 0) return 0;
    const value = this.take(0x2d) ? -this.signed() : this.take(0x2b) ? this.signed() : this.power();
    this.depth--;
    return value;
  }

  private power(): f64 {
    const base = this.operand();
    // To the right: 2^3^2 is 2^9. The exponent may have a sign.
    return this.take(0x5e) ? Math.pow(base, this.signed()) : base;
  }

  private operand(): f64 {
    if (this.take(0x28)) {
      const value = this.sum();
      if (!this.take(0x29)) this.fail('")"');
      return value;
    }
    this.peek();
    const start = this.at;
    while (this.at < this.text.length && isNumberPart(this.text.charCodeAt(this.at))) this.at++;
    const digits = this.text.substring(start, this.at);
    // A number that begins with its point is one here, and not in JSON.
    const value = Json.parse(digits.startsWith(".") ? "0" + digits : digits).number();
    if (isNaN(value)) {
      this.at = start;
      this.fail("a number");
    }
    return value;
  }

  /** The next character that is no space; 0 at the end. */
  private peek(): i32 {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) == 0x20) this.at++;
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : 0;
  }

  private take(unit: i32): bool {
    if (this.problem.length > 0 || this.peek() != unit) return false;
    this.at++;
    return true;
  }

  private fail(expected: string): void {
    if (this.problem.length > 0) return;
    const found = this.peek() == 0 ? "the end" : '"' + this.text.charAt(this.at) + '"';
    this.problem = "expected " + expected + " at character " + (this.at + 1).toString() + ", found " + found;
  }
}

function isNumberPart(unit: i32): bool {
  return (unit >= 0x30 && unit <= 0x39) || unit == 0x2e;
}
