import { ownValue } from '../own-value.js';
import type { ResultRow } from '../results/result-row.js';

/** A set of whole numbers from 0, one bit each. */
export class NumberSet {
  #bits = new Uint8Array(64);

  add(number: number): void {
    const byte = number >> 3;
    if (byte >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(byte + 1, 2 * this.#bits.length));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[byte]! |= 1 << (number & 7);
  }

  has(number: number): boolean {
    return ((this.#bits[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }
}

/** Which records have results of evaluators of sums, by evaluator and system. */
export class RecordResults {
  readonly #evaluators: readonly string[];
  readonly #records = new Map<string, NumberSet>();

  constructor(evaluators: readonly string[]) {
    this.#evaluators = evaluators;
  }

  /** @param system Its place. */
  add(row: ResultRow, system: number, record: number): void {
    if (row.dropped !== undefined || row.failure !== undefined) return;
    for (const evaluator of this.#evaluators) {
      if (ownValue(row.scores, evaluator) === undefined) continue;
      this.of(evaluator, system).add(record);
    }
  }

  of(evaluator: string, system: number): NumberSet {
    const key = JSON.stringify([evaluator, system]);
    let records = this.#records.get(key);
    if (records === undefined) this.#records.set(key, (records = new NumberSet()));
    return records;
  }
}
