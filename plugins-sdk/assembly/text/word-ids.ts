/** Gives each distinct word a number, so that words are compared as numbers. */
@final
export class WordIds {
  private ids: Map<string, i32> = new Map();

  /** The words' numbers; a word has the same number in each list. */
  of(words: string[]): StaticArray<i32> {
    const numbers = new StaticArray<i32>(words.length);
    for (let index = 0; index < words.length; index++) {
      const word = words[index];
      let id = this.ids.size;
      if (this.ids.has(word)) id = this.ids.get(word);
      else this.ids.set(word, id);
      unchecked((numbers[index] = id));
    }
    return numbers;
  }
}
