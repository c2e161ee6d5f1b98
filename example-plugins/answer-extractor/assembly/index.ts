import { isDigit, oneOf, plugin, strip, TextTransform } from "@testbench/plugins-sdk";

class Options {
  /** The answer stands after the last occurrence of this text; empty for the start of the text. */
  after: string = "A: ";
  /** The answer ends where this text begins; empty for the end of the text. */
  before: string = "\n";
  /** What to give if `after` does not occur: the whole text, its last line that is not empty, or nothing. */
  @oneOf(["text", "last-line", "empty"])
  otherwise: string = "text";
  /** `number` takes the number that begins right after `after`, without commas; places without one are passed over. */
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

  /** `-?[0-9.,]+` after the first or last `after` that has one. */
  private number(text: string): string {
    const after = this.config.after;
    let found = "";
    for (let at = text.indexOf(after); at >= 0; at = text.indexOf(after, at + 1)) {
      const start = at + after.length;
      let end = start;
      if (text.charAt(end) == "-") end++;
      const digits = end;
      while (end < text.length && isNumeric(text.charCodeAt(end))) end++;
      if (end == digits) continue;
      found = text.substring(start, end).replaceAll(",", "");
      if (this.config.which == "first") break;
      // The end of the text is where an empty marker stops being found elsewhere.
      if (start >= text.length) break;
    }
    return found.length > 0 ? found : this.fallback(text);
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

function isNumeric(unit: i32): bool {
  return isDigit(unit) || unit == 0x2e || unit == 0x2c;
}
