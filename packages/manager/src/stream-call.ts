import type { PluginOutput } from '@testbench/types';

import type { StreamPart } from './options.js';

/**
 * Turns a call that pushes chunks into an iterator that pulls them: the plugin goes on when its chunk was taken.
 *
 * @param signal The caller's own.
 * @param run Starts the call, with a signal that also fires when the iterator is left early.
 */
export async function* streamCall(
  signal: AbortSignal | undefined,
  run: (
    onChunk: (chunk: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<PluginOutput>,
): AsyncGenerator<StreamPart, void, void> {
  const left = new AbortController();
  const chunks: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];
  let wake = (): void => {};
  let outcome: { readonly output: PluginOutput } | { readonly error: unknown } | undefined;
  const onChunk = (bytes: Uint8Array): Promise<void> =>
    new Promise((taken) => {
      chunks.push({ bytes, taken });
      wake();
    });
  const both = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const watch = async (): Promise<void> => {
    try {
      outcome = { output: await run(onChunk, both) };
    } catch (error) {
      outcome = { error };
    }
    wake();
  };
  void watch();
  try {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        yield { type: 'chunk', bytes: chunk.bytes };
        chunk.taken();
      } else if (outcome === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if ('output' in outcome) {
        yield { type: 'result', output: outcome.output };
        return;
      } else {
        throw outcome.error;
      }
    }
  } finally {
    left.abort();
    for (const { taken } of chunks) taken();
  }
}
