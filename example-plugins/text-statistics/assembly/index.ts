import { countCodePoints, Custom, invalidInput, isSpace, Json, JsonWriter, lowerCase, plugin, splitWords } from "@testbench/plugins-sdk";

class Options {
  /** Field of an object that holds the text. A string is the text itself. */
  field: string = "text";
}

@plugin({ name: "text-statistics", capabilities: ["text_evaluation"] })
export class TextStatistics extends Custom {
  config: Options = new Options();

  run(data: Json, out: JsonWriter): void {
    const value = data.isString ? data : data.get(this.config.field);
    if (!value.isString) {
      invalidInput('Cannot count: expected a string, or an object with a string "' + this.config.field + '"');
      return;
    }
    const text = value.text();
    const words = splitWords(text);
    const distinct = new Set<string>();
    let letters = 0;
    for (let index = 0; index < words.length; index++) {
      distinct.add(lowerCase(words[index]));
      letters += countCodePoints(words[index]);
    }
    out.object()
      .field("characters", countCodePoints(text))
      .field("bytes", String.UTF8.byteLength(text))
      .field("words", words.length)
      .field("distinct_words", distinct.size)
      .field("mean_word_length", words.length > 0 ? <f64>letters / words.length : 0)
      .field("sentences", countSentences(text))
      .field("lines", text.length == 0 ? 0 : text.split("\n").length)
      .end();
  }
}

/** Stretches of text that end in `.`, `!` or `?` before white space, or with the text. */
function countSentences(text: string): i32 {
  let count = 0;
  let open = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const mark = unit == 0x2e || unit == 0x21 || unit == 0x3f || unit == 0x3002;
    const last = index + 1 == text.length || isSpace(text.charCodeAt(index + 1));
    if (open && mark && (last || unit == 0x3002)) {
      count++;
      open = false;
    } else if (!mark && !isSpace(unit)) {
      open = true;
    }
  }
  return open ? count + 1 : count;
}
