import { MAX_TIMEOUT_MS, onAbort } from '@testbench/types';
import type { EffectCall } from '@testbench/types/abi';

/** A signal that fires when a call is cancelled, when its time is over, and when it has ended. */
export class CallSignal {
  readonly #controller = new AbortController();
  readonly #unwatch: () => void;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ signal, deadlineMs }: EffectCall) {
    this.#unwatch = onAbort(signal, () => this.#fire(signal?.reason));
    if (signal?.aborted === true) this.#fire(signal.reason);
    // Rounded up, so that the time is really over when the timer fires.
    const leftMs = Math.ceil(deadlineMs - performance.now());
    if (leftMs <= MAX_TIMEOUT_MS && !this.over) {
      const expire = (): void =>
        this.#fire(new DOMException('The time of the call is over', 'TimeoutError'));
      this.#timer = setTimeout(expire, Math.max(0, leftMs));
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True once it has fired. */
  get over(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Ends the call. */
  end(): void {
    clearTimeout(this.#timer);
    this.#unwatch();
    this.#fire(new DOMException('The call has ended', 'AbortError'));
  }

  #fire(reason: unknown): void {
    this.#controller.abort(reason);
  }
}
