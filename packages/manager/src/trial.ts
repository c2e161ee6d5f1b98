import type { ReloadOptions } from './options.js';

/** Errors that the caller causes, and that say nothing about a version. */
const CALLERS_ERRORS: ReadonlySet<string> = new Set([
  'CALL_CANCELLED',
  'CALL_CONCURRENCY_EXCEEDED',
  'CALL_INVALID_INPUT',
  'CALL_REPLACED',
  'CALL_SHUT_DOWN',
  'CALL_UNLOADED',
]);

/** Watches the first calls of a version that has just taken over. */
export class Trial {
  #calls = 0;
  #errors = 0;

  constructor(
    readonly maxErrorRate: number,
    readonly options: ReloadOptions,
  ) {}

  /**
   * Counts a call.
   *
   * @param outcome `ok`, or the code of the error.
   * @returns What to do: continue, trust the version, or restore the old one.
   */
  judge(outcome: string): 'going' | 'passed' | 'failed' {
    const { trialCalls = 100, minTrialCalls = 10 } = this.options;
    this.#calls += 1;
    if (outcome !== 'ok' && !CALLERS_ERRORS.has(outcome)) this.#errors += 1;
    if (this.#calls >= minTrialCalls && this.#errors / this.#calls > this.maxErrorRate) {
      return 'failed';
    }
    return this.#calls >= trialCalls ? 'passed' : 'going';
  }
}
