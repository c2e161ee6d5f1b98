import { type BatchEntry, encodeInput } from '@testbench/runtime';
import type { PluginInput, PluginOutput, ResourceLimits } from '@testbench/types';
import type { PayloadForm } from '@testbench/types/abi';
import { CallError, type CallUsage } from '@testbench/types/errors';

import { MAX_BATCH_BYTES, MAX_BATCH_INPUTS } from '../limits.js';
import type { BatchResult, CallControls } from './executor.js';

/** Consecutive inputs of a batch that are processed together. */
export interface BatchGroup {
  /** Index of its first input in the batch. */
  readonly first: number;
  readonly texts: readonly (string | Uint8Array)[];
}

/** Splits texts into groups that are small enough to distribute; a text that is too long forms its own group. */
export function* groupTexts(texts: readonly string[]): Generator<BatchGroup, void, void> {
  for (let first = 0; first < texts.length;) {
    let end = first + 1;
    let length = texts[first]!.length;
    while (end < texts.length && end - first < MAX_BATCH_INPUTS) {
      length += texts[end]!.length;
      if (length > MAX_BATCH_BYTES) break;
      end += 1;
    }
    yield { first, texts: texts.slice(first, end) };
    first = end;
  }
}

/**
 * Writes the inputs of a batch as JSON, in groups that are small enough to distribute.
 *
 * @param onRefused Called for an input that has no JSON form or is too long: it is left out of all groups.
 */
export function* groupInputs(
  inputs: readonly PluginInput[],
  encode: (input: PluginInput) => string | Uint8Array,
  onRefused: (index: number, reason: CallError) => void,
): Generator<BatchGroup, void, void> {
  let first = 0;
  let texts: (string | Uint8Array)[] = [];
  let length = 0;
  for (const [index, input] of inputs.entries()) {
    let text: string | Uint8Array | undefined;
    try {
      text = encode(input);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      onRefused(index, error);
    }
    const isFull =
      texts.length >= MAX_BATCH_INPUTS || length + (text?.length ?? 0) > MAX_BATCH_BYTES;
    if (texts.length > 0 && (text === undefined || isFull)) {
      yield { first, texts };
      texts = [];
      length = 0;
    }
    if (text === undefined) continue;
    if (texts.length === 0) first = index;
    texts.push(text);
    length += text.length;
  }
  if (texts.length > 0) yield { first, texts };
}

/**
 * Writes an input in its form.
 *
 * @throws {CallError} `CALL_INVALID_INPUT` if it has no JSON form, or is certain to be longer than `maxInputBytes`.
 */
export function encodeChecked(
  input: PluginInput,
  form: PayloadForm,
  maxInputBytes: number,
): string | Uint8Array {
  return checkLength(encodeInput(input, form), maxInputBytes);
}

/** @throws {CallError} `CALL_INVALID_INPUT` if a text is certain to be longer than `maxInputBytes`. */
export function checkLength<T extends string | Uint8Array>(text: T, maxInputBytes: number): T {
  // No text has more UTF-16 units than bytes; the instance measures exactly.
  if (text.length <= maxInputBytes) return text;
  throw new CallError(
    'CALL_INVALID_INPUT',
    `Cannot start call: the input is ${Buffer.byteLength(text)} bytes, limit is ${maxInputBytes}`,
  );
}

/** The input from which a text was written. */
export function inputOf(text: string, payload: PayloadForm): PluginInput {
  const value: unknown = JSON.parse(text);
  if (payload !== 'envelope') return { data: value };
  const { data, context } = value as { data: unknown; context?: { request_id?: string } };
  const requestId = context?.request_id;
  return { data, ...(requestId === undefined ? {} : { context: { requestId } }) };
}

/** The result of inputs that were not started. */
export function notStarted(): BatchResult {
  const reason = new CallError('CALL_CANCELLED', 'Cannot start call: it was cancelled');
  return { status: 'rejected', reason };
}

/** Limits of a batch that runs as one call: those of one input, times their number. */
export function limitsOfBatch(
  limits: Pick<ResourceLimits, 'timeoutMs' | 'maxFuel'>,
  options: Pick<CallControls, 'timeoutMs' | 'maxFuel'>,
  count: number,
): { timeoutMs: number; maxFuel: number } {
  return {
    timeoutMs: (options.timeoutMs ?? limits.timeoutMs) * count,
    maxFuel: Math.min((options.maxFuel ?? limits.maxFuel) * count, Number.MAX_SAFE_INTEGER),
  };
}

/** Result of one input of a batch that ran as one call; time and fuel are shared equally. */
export function toResult(entry: BatchEntry, usage: CallUsage, count: number): BatchResult {
  if (!entry.ok) return { status: 'rejected', reason: entry.error };
  const { data, metrics, round } = entry.output;
  return {
    status: 'fulfilled',
    value: {
      data,
      // For a plugin that asks: more rounds will follow.
      ...(round === undefined ? {} : { round }),
      metadata: {
        metrics,
        executionTimeMs: usage.executionTimeMs / count,
        memoryUsedBytes: usage.memoryUsedBytes,
        fuelUsed: Math.ceil(usage.fuelUsed / count),
      },
    },
  };
}

/** Like `Promise.allSettled`, for one call that may also throw synchronously. */
export async function settle(
  run: () => PluginOutput | Promise<PluginOutput>,
): Promise<BatchResult> {
  try {
    return { status: 'fulfilled', value: await run() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
