import { escapeText, type PluginInput } from '@testbench/types';
import type { RoundInput } from '@testbench/types/asking';
import type { PayloadForm, ProtocolInput } from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';
import { encodeBytesCall } from '@testbench/types/protocols';

import { JOINED_TEXT_LENGTH } from './limits.js';

/**
 * Writes one input in the form of the plugin's protocol: in an envelope, or the bare `data`, as for a classic plugin; as bytes for a call of bytes.
 *
 * @throws {CallError} `CALL_INVALID_INPUT` for a value that JSON cannot represent.
 *
 * @example
 * ```ts
 * import { encodeInput } from '@testbench/runtime';
 *
 * encodeInput({ data: 1 }, 'envelope'); // => '{"data":1,"context":{"metadata":{}}}'
 * encodeInput({ data: 1 }, 'data'); // => '1'
 * ```
 */
export function encodeInput(input: PluginInput, form: TextForm): string;
export function encodeInput(input: PluginInput, form: PayloadForm): string | Uint8Array;
export function encodeInput(input: PluginInput, form: PayloadForm): string | Uint8Array {
  const text = inputText(input, form);
  return typeof text === 'string' || text instanceof Uint8Array ? text : text.join('');
}

type TextForm = Exclude<PayloadForm, 'bytes'>;

/** Like {@link encodeInput}, but a long text stays in pieces: joining them would copy it again. */
export function inputText(input: PluginInput, form: PayloadForm): ProtocolInput {
  if (typeof input !== 'object' || input === null) {
    throw new CallError('CALL_INVALID_INPUT', `Cannot start call: the input is a ${typeof input}`);
  }
  if (input.data === undefined) throw missingData(input);
  if (form === 'bytes') return encodeBytesCall(input.data);
  const data = jsonText('data', input.data);
  if (form === 'data') return data;
  const { context } = input;
  const round = roundText(input);
  const end =
    context === undefined && round === ''
      ? NO_CONTEXT
      : `,"context":${context === undefined ? '{"metadata":{}}' : contextText(context)}${round}}`;
  return data.length > JOINED_TEXT_LENGTH ? ['{"data":', data, end] : `{"data":${data}${end}`;
}

function missingData(input: PluginInput): CallError {
  const found = Object.keys(input).filter((key) => key !== 'data' && key !== 'context');
  const hint =
    found.length === 0 ? '' : `; put ${found.map((key) => `"${key}"`).join(', ')} into it`;
  return new CallError(
    'CALL_INVALID_INPUT',
    escapeText(`Cannot start call: the input has no "data"${hint}`.slice(0, 300)),
  );
}

const NO_CONTEXT = ',"context":{"metadata":{}}}';

/** The answers for a plugin that asked; empty in the first round. */
function roundText({ answers, continue: state }: RoundInput): string {
  if (answers === undefined) return '';
  return `,"continue":${jsonText('continue', state ?? null)},"answers":${jsonText('answers', answers)}`;
}

function contextText(context: NonNullable<PluginInput['context']>): string {
  return jsonText('context', {
    request_id: context.requestId,
    metadata: context.metadata ?? {},
  });
}

/** @throws {CallError} `CALL_INVALID_INPUT` for a value that JSON cannot represent: a cycle, a bigint, a function, undefined. */
export function jsonText(what: string, value: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  const reason = cause instanceof Error ? cause.message : `a ${typeof value} has no JSON form`;
  throw new CallError('CALL_INVALID_INPUT', `Cannot write ${what} as JSON: ${reason}`, { cause });
}

/** @throws {CallError} `CALL_INVALID_INPUT` if the input's UTF-8 is longer than `maxBytes`. */
export function checkInputLength(length: number, maxBytes: number): void {
  if (length <= maxBytes) return;
  throw new CallError(
    'CALL_INVALID_INPUT',
    `Cannot start call: the input is ${length} bytes, limit is ${maxBytes}`,
  );
}
