import { type EffectCall, type EffectResult, HostCode } from '@testbench/types';

import type { BodyReader } from './body-reader.js';
import { failureResult, EffectFailure } from '../effects/effect-failure.js';

/** An answer whose head is there. */
export interface OpenedResponse {
  /** `{ status, url, headers }` as JSON in UTF-8. */
  readonly head: Uint8Array;
  readonly body: BodyReader;
}

/** What {@link HttpExchange} is made with. */
export interface ExchangeOptions {
  /** Names the request in the log: method and origin. */
  readonly what: string;
  readonly call: EffectCall;
  /** Time for all of it, in milliseconds. @default the call's */
  readonly timeoutMs: number | undefined;
  /** Sends the request, once; told when to give up. */
  readonly send: (signal: AbortSignal) => Promise<OpenedResponse>;
}

/** One request of a plugin and the answer to it, under one deadline from the first byte to the last. */
export class HttpExchange {
  readonly #what: string;
  readonly #abort = new AbortController();
  readonly #opened: Promise<OpenedResponse>;
  readonly #release: () => void;
  #reading = false;
  #reported = false;

  constructor({ what, call, timeoutMs, send }: ExchangeOptions) {
    this.#what = what;
    const { signal } = call;
    const cancel = (): void => this.#giveUp(HostCode.cancelled, 'the call is over');
    signal?.addEventListener('abort', cancel);
    const left = call.deadlineMs - performance.now();
    const own = timeoutMs ?? Number.POSITIVE_INFINITY;
    const timer =
      Math.min(left, own) === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(
            () => {
              if (own < left) this.#giveUp(HostCode.limitExceeded, `not done in ${own} ms`);
              else cancel();
            },
            // Timers may be a little early; a call must find its time over, not nearly so.
            Math.max(0, Math.min(left + 1, own, 2 ** 31 - 1)),
          );
    this.#release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    };
    if (signal?.aborted === true) cancel();
    this.#opened = send(this.#abort.signal);
    // Whoever asks for the head is told; nobody may.
    this.#opened.catch(() => {});
  }

  /** The head as JSON, once it is there. */
  async head(): Promise<EffectResult> {
    return await this.#guarded(async ({ head }) => ({ code: head.length, bytes: head }));
  }

  /** The next bytes of the body; code 0 at its end. */
  async read(maxBytes: number): Promise<EffectResult> {
    // A guest waits for each answer; a runner that was taken over need not.
    if (this.#reading || maxBytes < 1) return { code: HostCode.invalidArgument };
    this.#reading = true;
    const result = await this.#guarded(async ({ body }) => {
      const bytes = await body.read(maxBytes);
      return { code: bytes.length, bytes };
    });
    this.#reading = false;
    return result;
  }

  /** Ends it; what is not read yet is lost. */
  close(): void {
    this.#giveUp(HostCode.cancelled, 'closed');
  }

  #giveUp(code: number, reason: string): void {
    this.#release();
    this.#abort.abort(new EffectFailure(code, reason));
  }

  async #guarded(use: (opened: OpenedResponse) => Promise<EffectResult>): Promise<EffectResult> {
    try {
      return await use(await this.#opened);
    } catch (error) {
      const { signal } = this.#abort;
      const result = failureResult(signal.aborted ? signal.reason : error, this.#what);
      // After a failure there is no more to come, however often the plugin asks; one record says why.
      if (!signal.aborted) this.#giveUp(result.code, 'failed before');
      if (this.#reported) return { code: result.code };
      this.#reported = true;
      return result;
    }
  }
}
