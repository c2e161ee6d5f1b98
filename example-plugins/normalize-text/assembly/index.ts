import {
  collapseSpace, indexOfWord, lowerCase, plugin, strip, TextBuilder, TextTransform, withoutPunctuation,
} from "@testbench/plugins-sdk";

class Options {
  /** Lower-cases all letters. */
  lowercase: bool = true;
  /** Deletes ASCII punctuation. */
  remove_punctuation: bool = false;
  /** Deletes these words where they stand alone. */
  remove_words: string[] = [];
  /** Collapses white space to one space and removes it at the ends. */
  collapse_space: bool = true;
  /** Removes white space at the ends. */
  trim: bool = true;
}

@plugin({ name: "normalize-text" })
export class NormalizeText extends TextTransform {
  config: Options = new Options();

  apply(text: string): string {
    const config = this.config;
    if (config.lowercase) text = lowerCase(text);
    if (config.remove_punctuation) text = withoutPunctuation(text);
    for (let index = 0; index < config.remove_words.length; index++) text = withoutWord(text, config.remove_words[index]);
    if (config.collapse_space) return collapseSpace(text);
    return config.trim ? strip(text) : text;
  }
}

/** The text with a space in place of a word or phrase, wherever it stands whole. */
function withoutWord(text: string, word: string): string {
  let at = indexOfWord(text, word);
  if (at < 0) return text;
  const kept = new TextBuilder();
  let copied = 0;
  for (; at >= 0; at = indexOfWord(text, word, copied)) {
    kept.addPart(text, copied, at).addUnit(0x20);
    copied = at + word.length;
  }
  return kept.addPart(text, copied, text.length).toString();
}
