import { findNumbers, oneOf, plugin, strip, TextTransform } from "@testbench/plugins-sdk";

class Options {
  /** The answer starts after the last occurrence of this text. Empty: at the start of the text. */
  after: string = "A: ";
  /** The answer ends where this text begins. Empty: at the end of the text. */
  before: string = "\n";
  /** What to return if `after` does not occur: the whole text, its last line that is not empty, or an empty text. */
  @oneOf(["text", "last-line", "empty"])
  otherwise: string = "text";
  /** `number` takes the number that begins right after `after`, in ASCII and without grouping. Occurrences not followed by a number are skipped. */
  @oneOf(["text", "number"])
  take: string = "text";
  /** Which occurrence of `after` counts. */
  @oneOf(["last", "first"])
  which: string = "last";
  /** Removes white space around the answer. */
  trim: bool = true;
}

@plugin({ name: "answer-extractor" })
export class AnswerExtractor extends TextTransform {
  config: Options = new Options();

  apply(text: string): string {
    const config = this.config;
    const answer = config.take == "number" ? this.number(text) : this.stretch(text);
    return config.trim ? strip(answer) : answer;
  }

  /** What stands between `after` and `before`. */
  private stretch(text: string): string {
    const config = this.config;
    const first = config.which == "first" || config.after.length == 0;
    const at = first ? text.indexOf(config.after) : text.lastIndexOf(config.after);
    if (at < 0) return this.fallback(text);
    const answer = text.substring(at + config.after.length);
    const end = config.before.length > 0 ? answer.indexOf(config.before) : -1;
    return end < 0 ? answer : answer.substring(0, end);
  }

  /** The number that stands right after the first or last `after` that has one. */
  private number(text: string): string {
    const after = this.config.after;
    const numbers = findNumbers(text);
    const last = this.config.which == "last";
    for (let count = 0; count < numbers.length; count++) {
      const number = numbers[last ? numbers.length - 1 - count : count];
      // As in the script of GSM8K, no currency sign may stand between.
      if (number.hasCurrency || !endsAt(text, after, number.start)) continue;
      return number.text + pointsAt(text, number.end);
    }
    return this.fallback(text);
  }

  private fallback(text: string): string {
    if (this.config.otherwise == "text") return text;
    if (this.config.otherwise == "empty") return "";
    const lines = text.split("\n");
    for (let index = lines.length - 1; index >= 0; index--) {
      if (strip(lines[index]).length > 0) return lines[index];
    }
    return "";
  }
}

/** True if `marker` stands before `end`. */
function endsAt(text: string, marker: string, end: i32): bool {
  return end >= marker.length && text.substring(end - marker.length, end) == marker;
}

/** The points after a number, which the script of GSM8K takes for a part of it; it leaves out commas. */
function pointsAt(text: string, index: i32): string {
  let points = "";
  for (; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit == 0x2e) points += ".";
    else if (unit != 0x2c) break;
  }
  return points;
}
