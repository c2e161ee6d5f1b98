import { onAbort } from '@testbench/types';

/** Joins two signals. @returns A signal that fires with the first of the two, and a function that stops listening to them. */
export function joinSignals(
  first: AbortSignal,
  second: AbortSignal | undefined,
): { readonly signal: AbortSignal; readonly end: () => void } {
  if (second === undefined) return { signal: first, end: () => {} };
  const controller = new AbortController();
  const watch = (signal: AbortSignal): (() => void) => {
    if (signal.aborted) controller.abort(signal.reason);
    return onAbort(signal, () => controller.abort(signal.reason));
  };
  const ends = [watch(first), watch(second)];
  return {
    signal: controller.signal,
    end: () => {
      for (const end of ends) end();
    },
  };
}
