import { CallError, type Contract, type PluginInput } from '@testbench/types';

import { SCRATCH_TEXT_LENGTH } from './limits.js';

const encoder = new TextEncoder();
// Saves measuring the text; what leaves is a copy, since another call may be encoded before this one is written.
const scratch = new Uint8Array(SCRATCH_TEXT_LENGTH * 3);

/**
 * UTF-8 of an input.
 *
 * @throws {CallError} `CALL_INVALID_INPUT` if it is longer than `maxBytes`.
 */
export function encodeChecked(text: string, maxBytes: number): Uint8Array {
  const bytes = encodeText(text);
  if (bytes.length <= maxBytes) return bytes;
  throw new CallError(
    'CALL_INVALID_INPUT',
    `Cannot start call: the input is ${bytes.length} bytes, limit is ${maxBytes}`,
  );
}

/** UTF-8 of `text`. */
export function encodeText(text: string): Uint8Array {
  if (text.length > SCRATCH_TEXT_LENGTH) return encoder.encode(text);
  return scratch.slice(0, encoder.encodeInto(text, scratch).written);
}

/**
 * Writes one input as the plugin's contract wants it: an envelope, or the bare `data` for a classic plugin.
 *
 * @throws {CallError} `CALL_INVALID_INPUT` for what JSON cannot hold.
 *
 * @example
 * ```ts
 * import { encodeInput } from '@testbench/runtime';
 *
 * encodeInput({ data: 1 }, 'v1'); // => '{"data":1,"context":{"metadata":{}}}'
 * encodeInput({ data: 1 }, 'classic'); // => '1'
 * ```
 */
export function encodeInput(input: PluginInput, contract: Contract): string {
  return contract === 'classic' ? jsonText('data', input.data) : envelopeText(input);
}

/** The envelope of the v1 contract as JSON. */
function envelopeText(input: PluginInput): string {
  const context = input.context;
  const contextText =
    context === undefined
      ? '{"metadata":{}}'
      : jsonText('context', {
          request_id: context.requestId,
          metadata: context.metadata ?? {},
        });
  return `{"data":${jsonText('data', input.data)},"context":${contextText}}`;
}

/** @throws {CallError} `CALL_INVALID_INPUT` for what JSON cannot hold: a cycle, a bigint, a function, nothing at all. */
export function jsonText(what: string, value: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (text === undefined) {
    const reason = cause instanceof Error ? cause.message : `a ${typeof value} has no JSON form`;
    throw new CallError('CALL_INVALID_INPUT', `Cannot write ${what} as JSON: ${reason}`, { cause });
  }
  return text;
}
