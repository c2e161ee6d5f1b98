import { onAbort } from '@testbench/types';
import { CallError } from '@testbench/types/errors';

import { cancelled } from '../run/call-failure.js';
import type { CallClock } from './clock.js';
import { ABORT_GRACE_MS, FINISH_GRACE_MS } from './limits.js';

/** How an attempt ended. */
export type AttemptEnd<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: unknown };

/**
 * Makes one attempt within its time limit.
 *
 * @param call Gets a signal that fires when the time is over, or 1.5 s after `cancel`: a running call is paid for, and may end on its own. What it
 *   returns after its signal still counts for 0.4 s; after that its outcome is ignored.
 * @param cancel The caller's signal. It must not have fired yet.
 */
export async function makeAttempt<Value>(
  call: (signal: AbortSignal) => Promise<Value>,
  timeoutMs: number,
  clock: CallClock,
  cancel: AbortSignal | undefined,
): Promise<AttemptEnd<Value>> {
  return await new Promise((resolve) => {
    const controller = new AbortController();
    const stops: (() => void)[] = [];
    let failure: AttemptEnd<Value>;
    const end = (result: AttemptEnd<Value>): void => {
      for (const stop of stops) stop();
      stops.length = 0;
      resolve(result);
    };
    const stop = (error: unknown): void => {
      if (controller.signal.aborted) return;
      failure = { ok: false, error };
      stops.push(clock.after(ABORT_GRACE_MS, () => end(failure)));
      controller.abort(error);
    };
    stops.push(
      clock.after(timeoutMs, () => stop(timedOut(timeoutMs))),
      onAbort(cancel, () => {
        stops.push(clock.after(FINISH_GRACE_MS, () => stop(cancelled())));
      }),
    );
    const fail = (error: unknown): void => {
      end(controller.signal.aborted ? failure : { ok: false, error });
    };
    try {
      call(controller.signal).then((value) => end({ ok: true, value }), fail);
    } catch (error) {
      fail(error);
    }
  });
}

function timedOut(timeoutMs: number): CallError {
  return new CallError(
    'CALL_DEADLINE_EXCEEDED',
    `Cannot finish call: no answer within ${timeoutMs} ms`,
    // The next one may have an answer in time.
    { retryable: true },
  );
}
