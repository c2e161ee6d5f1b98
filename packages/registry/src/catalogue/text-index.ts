import {
  MAX_QUERY_LENGTH,
  MAX_QUERY_WORDS,
  MAX_WORD_LENGTH,
  MAX_WORDS_PER_ENTRY,
} from './limits.js';

/** How much a word counts that stands in a field. */
export interface WeightedText {
  readonly text: string;
  /** From 1 to 15. */
  readonly weight: number;
}

/** The slots that have a word, each once, and what it counts there. */
interface Postings {
  readonly slots: number[];
  readonly weights: number[];
}

/** A word that is written as a whole counts for more than one that only begins so. */
const WHOLE_WORD = 2;
/** New words that are looked through one by one, before they are sorted in among the others. */
const MAX_UNSORTED = 256;

/**
 * Finds numbered texts by words and beginnings of words. Every word of a search must be there.
 *
 * A library was measured first: see `docs/decisions/2026-11-30-a-catalogue-of-our-own.md`.
 */
export class TextIndex {
  // A Map, never an object: words such as `__proto__` are words.
  readonly #words = new Map<string, Postings>();
  #sorted: string[] = [];
  #unsorted: string[] = [];

  /** Adds the texts of a slot that has none yet. Slots are whole numbers from 0. */
  add(slot: number, texts: readonly WeightedText[]): void {
    const weights = new Map<string, number>();
    for (const { text, weight } of texts) {
      for (const word of wordsOf(text)) {
        if (weights.size >= MAX_WORDS_PER_ENTRY) break;
        weights.set(word, Math.max(weights.get(word) ?? 0, weight));
      }
    }
    for (const [word, weight] of weights) {
      let postings = this.#words.get(word);
      if (postings === undefined) {
        postings = { slots: [], weights: [] };
        this.#words.set(word, postings);
        this.#unsorted.push(word);
      }
      postings.slots.push(slot);
      postings.weights.push(weight);
    }
  }

  /**
   * What each slot counts for a search.
   *
   * @param slots Number of slots that there are.
   * @returns By slot, 0 for those that lack a word; undefined if the search has no word, so that everything matches.
   */
  score(query: string, slots: number): Uint16Array | undefined {
    const words = [...new Set(wordsOf(query.slice(0, MAX_QUERY_LENGTH)))].slice(0, MAX_QUERY_WORDS);
    if (words.length === 0) return undefined;
    const total = new Uint16Array(slots);
    const best = new Uint8Array(slots);
    const matched = new Uint8Array(slots);
    for (const word of words) {
      best.fill(0);
      for (const found of this.#beginning(word)) {
        const { slots: having, weights } = this.#words.get(found)!;
        const factor = found === word ? WHOLE_WORD : 1;
        for (let index = 0; index < having.length; index += 1) {
          const slot = having[index]!;
          const value = weights[index]! * factor;
          if (value > best[slot]!) best[slot] = value;
        }
      }
      for (let slot = 0; slot < slots; slot += 1) {
        if (best[slot] === 0) continue;
        total[slot]! += best[slot]!;
        matched[slot]! += 1;
      }
    }
    for (let slot = 0; slot < slots; slot += 1) {
      if (matched[slot] !== words.length) total[slot] = 0;
    }
    return total;
  }

  *#beginning(prefix: string): Generator<string> {
    this.#sortIn();
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    for (; low < this.#sorted.length && this.#sorted[low]!.startsWith(prefix); low += 1) {
      yield this.#sorted[low]!;
    }
    for (const word of this.#unsorted) if (word.startsWith(prefix)) yield word;
  }

  #sortIn(): void {
    if (this.#unsorted.length <= MAX_UNSORTED) return;
    // By code unit, as `<` compares.
    this.#sorted = [...this.#sorted, ...this.#unsorted].sort((a, b) => (a < b ? -1 : 1));
    this.#unsorted = [];
  }
}

/** Runs of letters and digits, in one case, without accents written apart. */
function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.map((word) => word.slice(0, MAX_WORD_LENGTH));
}
