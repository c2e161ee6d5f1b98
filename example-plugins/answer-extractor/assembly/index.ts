import { oneOf, plugin, strip, TextTransform } from "@testbench/plugins-sdk";

class Options {
  /** The answer stands after the last occurrence of this text; empty for the start of the text. */
  after: string = "A: ";
  /** The answer ends where this text begins; empty for the end of the text. */
  before: string = "\n";
  /** What to give if `after` does not occur: the whole text, its last line that is not empty, or nothing. */
  @oneOf(["text", "last-line", "empty"])
  otherwise: string = "text";
  /** Removes white space around the answer. */
  trim: bool = true;
}

@plugin({ name: "answer-extractor" })
export class AnswerExtractor extends TextTransform {
  config: Options = new Options();

  apply(text: string): string {
    const config = this.config;
    const at = config.after.length == 0 ? 0 : text.lastIndexOf(config.after);
    let answer = at < 0 ? this.fallback(text) : text.substring(at + config.after.length);
    if (at >= 0 && config.before.length > 0) {
      const end = answer.indexOf(config.before);
      if (end >= 0) answer = answer.substring(0, end);
    }
    return config.trim ? strip(answer) : answer;
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
