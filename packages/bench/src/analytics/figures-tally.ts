import { MAX_ERROR_CODES } from './limits.js';
import type { PluginFigures } from './plugin-analytics.js';

const OTHER = 'other';

/** Adds figures up. */
export class FiguresTally {
  #calls = 0;
  #failedCalls = 0;
  #fuelUsed = 0;
  #timeMs: number | undefined;
  #peakMemoryBytes: number | undefined;
  /** A map: a code may have the name of any property of an object. */
  readonly #errors = new Map<string, number>();

  add({ errors, ...figures }: PluginFigures): this {
    const { calls, failedCalls, fuelUsed, timeMs, peakMemoryBytes } = figures;
    this.#calls += calls;
    this.#failedCalls += failedCalls;
    this.#fuelUsed += fuelUsed;
    if (timeMs !== undefined) this.#timeMs = (this.#timeMs ?? 0) + timeMs;
    if (peakMemoryBytes !== undefined) {
      this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes ?? 0, peakMemoryBytes);
    }
    for (const [code, count] of Object.entries(errors)) this.addErrors(code, count);
    return this;
  }

  addErrors(code: string, count: number): void {
    const isKnown = this.#errors.has(code) || this.#errors.size < MAX_ERROR_CODES;
    const key = isKnown ? code : OTHER;
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + count);
  }

  get figures(): PluginFigures {
    return {
      calls: this.#calls,
      failedCalls: this.#failedCalls,
      errors: Object.fromEntries(this.#errors),
      fuelUsed: this.#fuelUsed,
      ...(this.#timeMs === undefined ? {} : { timeMs: this.#timeMs }),
      ...(this.#peakMemoryBytes === undefined ? {} : { peakMemoryBytes: this.#peakMemoryBytes }),
    };
  }
}
