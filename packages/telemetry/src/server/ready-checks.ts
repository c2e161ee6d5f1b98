import { cleanText } from '../clean-text.js';
import { READY_KEPT_MS, READY_TIMEOUT_MS } from '../limits.js';

/** Resolves if all is well; throws if not. The signal fires when the result is no longer needed. */
export type ReadyCheck = (signal: AbortSignal) => Promise<unknown>;

/** Runs readiness checks: concurrently, once for all simultaneous requests, and at most once per second. */
export class ReadyChecks {
  readonly #checks: readonly (readonly [name: string, check: ReadyCheck])[];
  #running: Promise<readonly string[]> | undefined;
  #isDraining = false;

  constructor(checks: Readonly<Record<string, ReadyCheck>>) {
    this.#checks = Object.entries(checks);
  }

  drain(): void {
    this.#isDraining = true;
  }

  /** Names of the checks that fail. The reason is not reported: the error may contain an address or a password. */
  async failing(): Promise<readonly string[]> {
    if (this.#isDraining) return ['draining'];
    if (this.#running === undefined) {
      this.#running = this.#run();
      const forget = (): void => void (this.#running = undefined);
      void this.#running.then(() => setTimeout(forget, READY_KEPT_MS).unref());
    }
    return await this.#running;
  }

  async #run(): Promise<readonly string[]> {
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('too late')), READY_TIMEOUT_MS);
    });
    late.catch(() => {});
    const names = await Promise.all(
      this.#checks.map(async ([name, check]) => {
        try {
          await Promise.race([check(ended.signal), late]);
          return undefined;
        } catch {
          return cleanText(name);
        }
      }),
    );
    clearTimeout(timer);
    ended.abort();
    return names.filter((name) => name !== undefined);
  }
}
