import { MAX_TIMEOUT_MS, onAbort } from '@testbench/types';
import { type EffectCall, type EffectResult, HostCode } from '@testbench/types/abi';

import type { BodyReader } from './body-reader.js';
import { failureResult, EffectFailure } from '../effects/effect-failure.js';

/** A response whose head has arrived. */
export interface OpenedResponse {
  /** `{ status, url, headers }` as JSON in UTF-8. */
  readonly head: Uint8Array;
  readonly body: BodyReader;
}

/** Options of {@link HttpExchange}. */
export interface ExchangeOptions {
  /** Identifies the request in the log, until it is redirected: method and origin. */
  readonly what: string;
  readonly call: EffectCall;
  /** Time for the whole exchange, in milliseconds. @default the call's */
  readonly timeoutMs: number | undefined;
  /** Sends the request once; can be aborted, and reports the target of a redirect. */
  readonly send: (signal: AbortSignal, onHop: (what: string) => void) => Promise<OpenedResponse>;
}

/** One request of a plugin and its response, under one deadline from the first byte to the last. */
export class HttpExchange {
  #what: string;
  readonly #abort = new AbortController();
  readonly #opened: Promise<OpenedResponse>;
  /** Rejects when aborted: this ends the wait for a name look-up or a free connection. */
  readonly #aborted: Promise<never>;
  readonly #release: () => void;
  #reading = false;
  #reported = false;

  constructor({ what, call, timeoutMs, send }: ExchangeOptions) {
    this.#what = what;
    const own = this.#abort.signal;
    this.#aborted = new Promise((_resolve, reject) => {
      own.addEventListener('abort', () => reject(own.reason as Error), { once: true });
    });
    this.#aborted.catch(() => {});
    const { signal } = call;
    const cancel = (): void => this.#giveUp(HostCode.cancelled, 'the call is over');
    const endListening = onAbort(signal, cancel);
    const most = timeoutMs ?? Number.POSITIVE_INFINITY;
    const ownEnd = performance.now() + most;
    const end = Math.min(ownEnd, call.deadlineMs);
    let timer: NodeJS.Timeout | undefined;
    const watch = (): void => {
      const left = end - performance.now();
      if (left > 0) {
        // Timers may fire early: their clock is that of the event loop turn in which they are set.
        timer = setTimeout(watch, Math.min(Math.ceil(left), MAX_TIMEOUT_MS));
      } else if (ownEnd < call.deadlineMs) {
        this.#giveUp(HostCode.limitExceeded, `not done in ${most} ms`);
      } else cancel();
    };
    this.#release = () => {
      clearTimeout(timer);
      endListening();
    };
    if (signal?.aborted === true) cancel();
    else if (end !== Number.POSITIVE_INFINITY) watch();
    this.#opened = send(own, (hop) => (this.#what = hop));
    // Reported to the reader of the head, if there is one.
    this.#opened.catch(() => {});
  }

  /** The head as JSON, once it has arrived. */
  async head(): Promise<EffectResult> {
    return await this.#guarded(async ({ head }) => ({ code: head.length, bytes: head }));
  }

  /** The next bytes of the body; code 0 at its end. */
  async read(maxBytes: number): Promise<EffectResult> {
    // A guest waits for each answer; a compromised runner might not.
    if (this.#reading || maxBytes < 1) return { code: HostCode.invalidArgument };
    this.#reading = true;
    const result = await this.#guarded(async ({ body }) => {
      const bytes = await body.read(maxBytes);
      return { code: bytes.length, bytes };
    });
    this.#reading = false;
    return result;
  }

  /** Ends the exchange; unread data is lost. */
  close(): void {
    this.#giveUp(HostCode.cancelled, 'closed');
  }

  #giveUp(code: number, reason: string): void {
    this.#release();
    this.#abort.abort(new EffectFailure(code, reason));
  }

  async #guarded(use: (opened: OpenedResponse) => Promise<EffectResult>): Promise<EffectResult> {
    try {
      this.#abort.signal.throwIfAborted();
      const result = this.#opened.then(use);
      return await Promise.race([result, this.#aborted]);
    } catch (error) {
      const { signal } = this.#abort;
      const result = failureResult(signal.aborted ? signal.reason : error, this.#what);
      // After a failure no more data will come, however often the plugin asks; one record says why.
      if (!signal.aborted) this.#giveUp(result.code, 'failed before');
      if (this.#reported) return { code: result.code };
      this.#reported = true;
      return result;
    }
  }
}
