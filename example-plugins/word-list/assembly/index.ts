import { Filter, foldCase, indexOfWord, invalidInput, Json, oneOf, plugin, strip, TextField, textsIn } from "@testbench/plugins-sdk";

class Options {
  /** Words or phrases to look for. Required. */
  words: string[] = [];
  /** Drops the items that hold one of them, or keeps only those. */
  @oneOf(["drop", "keep"])
  action: string = "drop";
  /** Field with the text: keys separated by dots. Empty: the first of `text` and `output` that exists. */
  field: string = "";
  /** Folds case before comparing. */
  ignore_case: bool = true;
  /** Finds whole words only. */
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
      if (strip(words[index]).length == 0) invalidInput("Cannot look for a word: words[" + index.toString() + "] is blank");
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
    return (this.config.whole_words ? indexOfWord(text, word) : text.indexOf(word)) >= 0;
  }
}
