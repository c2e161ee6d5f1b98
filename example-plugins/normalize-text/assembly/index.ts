import { collapseSpace, plugin, strip, TextTransform, withoutPunctuation, withoutWords } from "@testbench/plugins-sdk";

class Options {
  /** Makes all letters lower case. */
  lowercase: bool = true;
  /** Removes ASCII punctuation. */
  remove_punctuation: bool = false;
  /** Removes these words, where they stand alone. */
  remove_words: string[] = [];
  /** Makes one space of each stretch of white space, and none at the ends. */
  collapse_space: bool = true;
  /** Removes white space at the ends. */
  trim: bool = true;
}

@plugin({ name: "normalize-text" })
export class NormalizeText extends TextTransform {
  config: Options = new Options();

  apply(text: string): string {
    const config = this.config;
    if (config.lowercase) text = text.toLowerCase();
    if (config.remove_punctuation) text = withoutPunctuation(text);
    if (config.remove_words.length > 0) text = withoutWords(text, config.remove_words);
    if (config.collapse_space) return collapseSpace(text);
    return config.trim ? strip(text) : text;
  }
}
