/** How often each n-gram stands in a text, and how many there are. */
@final
export class NgramCounts {
  readonly counts: Map<string, i32> = new Map();
  total: i32 = 0;

  add(ngram: string): void {
    this.counts.set(ngram, this.count(ngram) + 1);
    this.total++;
  }

  count(ngram: string): i32 {
    return this.counts.has(ngram) ? this.counts.get(ngram) : 0;
  }

  /** Keeps the larger count of each n-gram. */
  mergeMax(other: NgramCounts): void {
    const ngrams = other.counts.keys();
    for (let index = 0; index < ngrams.length; index++) {
      const count = other.count(ngrams[index]);
      if (count > this.count(ngrams[index])) this.counts.set(ngrams[index], count);
    }
  }

  /** How many n-grams the two have in common, each counted as often as it stands in both. */
  overlap(other: NgramCounts): i32 {
    let common = 0;
    const ngrams = this.counts.keys();
    for (let index = 0; index < ngrams.length; index++) {
      common += min(this.counts.get(ngrams[index]), other.count(ngrams[index]));
    }
    return common;
  }
}

/** Counts the sequences of `order` words. */
export function countWordNgrams(words: string[], order: i32): NgramCounts {
  const counts = new NgramCounts();
  for (let start = 0; start + order <= words.length; start++) {
    let ngram = words[start];
    // No word holds a space.
    for (let index = 1; index < order; index++) ngram += " " + words[start + index];
    counts.add(ngram);
  }
  return counts;
}

/** Counts the sequences of `order` code points. */
export function countCharacterNgrams(text: string, order: i32): NgramCounts {
  const counts = new NgramCounts();
  let end = 0;
  for (let index = 0; index < order; index++) {
    if (end >= text.length) return counts;
    end = after(text, end);
  }
  let start = 0;
  while (true) {
    counts.add(text.substring(start, end));
    if (end >= text.length) return counts;
    start = after(text, start);
    end = after(text, end);
  }
}

/** Index after the code point at `index`. */
function after(text: string, index: i32): i32 {
  return index + (text.codePointAt(index) > 0xffff ? 2 : 1);
}
