import { onAbort } from '@testbench/types';
import { CallError } from '@testbench/types/errors';

/**
 * Bounds a wait that may outlast the call: it ends at the call's deadline, or when its signal fires.
 */
export class AbortableWait {
  #reject: ((error: CallError) => void) | undefined;
  #abort: AbortController | undefined;
  #error: CallError | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #unwatch: () => void;

  /**
   * @param timeoutMs In milliseconds. @default forever
   * @param isRetryable Whether the call may be retried after the deadline. @default true: it waited and did not compute
   */
  constructor(
    readonly timeoutMs: number | undefined,
    readonly callerSignal: AbortSignal | undefined,
    readonly isRetryable: () => true | undefined = () => true,
  ) {
    if (timeoutMs !== undefined) this.#timer = setTimeout(this.#expire, timeoutMs);
    this.#unwatch = onAbort(callerSignal, this.#cancel);
    if (callerSignal?.aborted === true) this.#cancel();
  }

  /** Fires when the call is abandoned. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#error !== undefined) this.#abort.abort(this.#error);
    }
    return this.#abort.signal;
  }

  /** Why the call was abandoned: `CALL_DEADLINE_EXCEEDED` or `CALL_CANCELLED`; undefined if it was not. */
  get error(): CallError | undefined {
    return this.#error;
  }

  /**
   * Waits for `work`, which should stop when {@link signal} fires; if it does not, the caller continues
   * without it.
   *
   * @throws {CallError} `CALL_DEADLINE_EXCEEDED` or `CALL_CANCELLED`; whatever `work` throws.
   */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      // The outcome of abandoned work is ignored.
      work.then(resolve, reject).finally(() => this.end());
      if (this.#error !== undefined) reject(this.#error);
    });
  }

  /** Abandons the call now, for a reason of the host. Does nothing if it was already abandoned. */
  abort(error: CallError): void {
    if (this.#error === undefined) this.#give(error);
  }

  /** Ends the wait: from now on the call is not abandoned any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#unwatch();
  }

  readonly #expire = (): void =>
    this.#give(
      new CallError(
        'CALL_DEADLINE_EXCEEDED',
        `Cannot finish call: the time limit of ${this.timeoutMs} ms is over`,
        { retryable: this.isRetryable() },
      ),
    );

  readonly #cancel = (): void =>
    this.#give(
      new CallError('CALL_CANCELLED', 'Cannot finish call: it was cancelled', {
        cause: this.callerSignal?.reason,
      }),
    );

  #give(error: CallError): void {
    this.#error = error;
    this.end();
    this.#reject?.(error);
    this.#abort?.abort(error);
  }
}
