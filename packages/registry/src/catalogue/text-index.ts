import {
  MAX_QUERY_LENGTH,
  MAX_QUERY_WORDS,
  MAX_WORD_LENGTH,
  MAX_WORDS_PER_ENTRY,
} from './limits.js';

/** Weight of a word in each field. */
export interface WeightedText {
  readonly text: string;
  /** From 1 to 15. */
  readonly weight: number;
}

/** The slots that contain a word, each once, and the word's weight there. */
interface Postings {
  readonly slots: number[];
  readonly weights: number[];
}

/** A whole word that matches counts for more than one of which only the beginning matches. */
const WHOLE_WORD = 2;
/** New words that are scanned one by one, before they are merged into the sorted ones. */
const MAX_UNSORTED = 256;

/**
 * Finds numbered texts by words and beginnings of words. Every word of a search must be there.
 *
 * A library was measured first: see `docs/decisions/2026-11-30-a-catalogue-of-our-own.md`.
 */
export class TextIndex {
  // A Map, not an object: texts may contain words such as `__proto__`.
  readonly #words = new Map<string, Postings>();
  #sorted: string[] = [];
  #unsorted: string[] = [];

  /** Adds the texts of a new slot. Slots are integers from 0. */
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
   * Scores each slot for a search.
   *
   * @param slots Number of slots.
   * @returns Score by slot, 0 for slots without one of the words; undefined if the search has no words, so that everything matches.
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
    // By code unit, the order of `<`.
    this.#sorted = [...this.#sorted, ...this.#unsorted].sort((a, b) => (a < b ? -1 : 1));
    this.#unsorted = [];
  }
}

/** Splits a text into runs of letters and digits, in lower case, with combining accents composed. */
function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.map((word) => word.slice(0, MAX_WORD_LENGTH));
}
