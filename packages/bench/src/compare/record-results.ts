import { ownValue } from '../own-value.js';
import type { ResultRow } from '../results/result-row.js';

/** A set of whole numbers from 0, with one bit each. */
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

/** True if a row counts in the sums of an evaluator, as in a `SumBoard`. */
export function hasResult(row: ResultRow, evaluator: string): boolean {
  return (
    row.dropped === undefined &&
    row.failure === undefined &&
    ownValue(row.scores, evaluator) !== undefined
  );
}

/** The records that have results of evaluators of sums, by evaluator and system. */
export class RecordResults {
  readonly #evaluators: readonly string[];
  readonly #records = new Map<string, Map<number, NumberSet>>();

  constructor(evaluators: readonly string[]) {
    this.#evaluators = evaluators;
  }

  /** @param system Index of the system. */
  add(row: ResultRow, system: number, record: number): void {
    for (const evaluator of this.#evaluators) {
      if (hasResult(row, evaluator)) this.of(evaluator, system).add(record);
    }
  }

  of(evaluator: string, system: number): NumberSet {
    let systems = this.#records.get(evaluator);
    if (systems === undefined) this.#records.set(evaluator, (systems = new Map()));
    let records = systems.get(system);
    if (records === undefined) systems.set(system, (records = new NumberSet()));
    return records;
  }
}
