import { Evaluation, Evaluator, EvaluatorInput, excerpt, isDigit, isSpace, Json, oneOf, plugin, range, strip } from "@testbench/plugins-sdk";

class Options {
  /** The answer stands after the last occurrence of this text; empty for the whole text. */
  after: string = "A: ";
  /** `text` compares the answers without commas; `number` compares the last numbers in them. */
  @oneOf(["text", "number"])
  compare: string = "text";
  /** With `number`: how far apart the two may be, as a share of the right one. */
  @range(0, 1)
  tolerance: f64 = 0;
}

@plugin({ name: "numeric-match" })
export class NumericMatch extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const answer = this.extract(input.output);
    const references = input.references;
    for (let index = 0; index < references.length; index++) {
      if (this.same(answer, this.extract(references[index]))) return Evaluation.pass(true).explain(excerpt(answer));
    }
    return Evaluation.pass(false).explain(excerpt(answer));
  }

  /** The line after the marker, without commas. */
  private extract(text: string): string {
    const marker = this.config.after;
    const at = marker.length == 0 ? -1 : text.lastIndexOf(marker);
    const rest = at < 0 ? text : text.substring(at + marker.length);
    const end = rest.indexOf("\n");
    const line = at < 0 || end < 0 ? rest : rest.substring(0, end);
    return strip(line.replaceAll(",", ""));
  }

  private same(answer: string, expected: string): bool {
    if (this.config.compare == "text") return answer == expected;
    const number = lastNumber(answer);
    const right = lastNumber(expected);
    return abs(number - right) <= this.config.tolerance * abs(right);
  }
}

/** True for what may stand before a minus. After anything else, as in "3-5" and "2024-05", it is a hyphen. */
function isOpen(text: string, index: i32): bool {
  return isSpace(text.charCodeAt(index)) || "([{<=:;*$\"'".includes(text.charAt(index));
}

/** The last decimal number in a text; NaN, which equals nothing, if there is none. */
function lastNumber(text: string): f64 {
  let end = text.length;
  while (end > 0 && !isDigit(text.charCodeAt(end - 1))) end--;
  let start = end;
  let point = false;
  while (start > 0) {
    const unit = text.charCodeAt(start - 1);
    if (unit == 0x2e && !point && start > 1 && isDigit(text.charCodeAt(start - 2))) point = true;
    else if (!isDigit(unit)) break;
    start--;
  }
  if (start == end) return NaN;
  const negative = start > 0 && text.charCodeAt(start - 1) == 0x2d && (start == 1 || isOpen(text, start - 2));
  // A leading zero is fine for people, but not for JSON.
  while (start + 1 < end && text.charCodeAt(start) == 0x30 && isDigit(text.charCodeAt(start + 1))) start++;
  const value = Json.parse(text.substring(start, end)).number();
  return negative ? -value : value;
}
