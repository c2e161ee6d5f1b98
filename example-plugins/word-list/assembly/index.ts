import { Filter, foldCase, invalidInput, isWordCharacter, Json, oneOf, plugin, TextField, textsIn } from "@testbench/plugins-sdk";

class Options {
  /** Words or phrases to look for. Must be there. */
  words: string[] = [];
  /** Leaves out the items that hold one of them, or those that hold none. */
  @oneOf(["drop", "keep"])
  action: string = "drop";
  /**
   * Where in an item the text stands: keys with dots between them; empty for the first of `text` and `output` that is there. An item that
   * is a string is the text itself.
   */
  field: string = "";
  /** Takes upper and lower case for the same. */
  ignore_case: bool = true;
  /** Finds whole words only: not "ass" in "class". */
  whole_words: bool = true;
}

@plugin({ name: "word-list" })
export class WordList extends Filter {
  config: Options = new Options();
  private field: TextField = new TextField();
  private words: string[] = [];

  start(): void {
    this.field = new TextField(this.config.field);
    const words = this.config.words;
    // Without words every item would pass, or none.
    if (words.length == 0) invalidInput('Cannot look for words: setting "words" is missing');
    for (let index = 0; index < words.length; index++) {
      if (words[index].length == 0) invalidInput("Cannot look for a word: it is empty");
      this.words.push(this.fold(words[index]));
    }
  }

  begin(data: Json): void {
    this.field.requireAny(data.get("items"));
  }

  keep(item: Json): bool {
    const keep = this.config.action == "keep";
    // What it cannot look at, it does not keep for having no bad word; nor for having a good one.
    const texts = textsIn(keep ? this.field.find(item) : this.field.require(item));
    for (let index = 0; index < texts.length; index++) texts[index] = this.fold(texts[index]);
    for (let index = 0; index < this.words.length; index++) {
      for (let number = 0; number < texts.length; number++) {
        if (this.holds(texts[number], this.words[index])) return keep || this.drop('holds "' + this.config.words[index] + '"');
      }
    }
    return !keep || this.drop("holds none of the words");
  }

  private fold(text: string): string {
    return this.config.ignore_case ? foldCase(text) : text;
  }

  private holds(text: string, word: string): bool {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      if (!this.config.whole_words) return true;
      const end = at + word.length;
      // No letter on either side, unless the word itself ends in something else, as "C++" does.
      const left = isWordCharacter(word.codePointAt(0)) && at > 0 && isWordCharacter(before(text, at));
      const right = isWordCharacter(before(word, word.length)) && end < text.length && isWordCharacter(text.codePointAt(end));
      if (!left && !right) return true;
    }
    return false;
  }
}

/** The character before the unit at `index`. */
function before(text: string, index: i32): i32 {
  const low = (text.charCodeAt(index - 1) & 0xfc00) == 0xdc00;
  return text.codePointAt(low && index > 1 ? index - 2 : index - 1);
}
