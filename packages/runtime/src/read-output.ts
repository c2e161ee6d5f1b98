import {
  countStructure,
  parseOutputEnvelope,
  parseWireJson,
  type PluginType,
  validateOutputData,
} from '@testbench/types';
import type { PayloadForm } from '@testbench/types/abi';
import {
  type AskRound,
  asksSomething,
  MAX_ASK_OUTPUT_BYTES,
  MAX_ASK_STRUCTURE,
  parseAskRound,
} from '@testbench/types/asking';
import { CallError, WireError } from '@testbench/types/errors';
import { readBytesOutput } from '@testbench/types/protocols';

/** The contents of an output, before the host adds its own figures. */
export interface ParsedOutput {
  readonly data: unknown;
  readonly metrics: Readonly<Record<string, number>>;
  /** The plugin's asks, instead of a result; `data` is null then. */
  readonly round?: AskRound;
}

/** How outputs of a plugin are read. */
export interface OutputRules {
  /** The plugin's type, whose shape `data` must have; undefined if it is not known. */
  readonly type: PluginType | undefined;
  readonly maxBytes: number;
  /** True if the plugin's metadata says that it asks. @default false */
  readonly asking?: boolean | undefined;
}

/** Beginning of an output that asks and may therefore be longer than others. */
const ASK_START = new TextEncoder().encode('{"ask":');

/**
 * Parses and checks output bytes.
 *
 * @param bytes May be a view into guest memory: it is not kept.
 * @param form The form in which the plugin's protocol writes it.
 * @param text The decoded bytes, if the caller has decoded them as strictly as UTF-8 is decoded here. @default decoded from `bytes`
 * @throws {CallError} `CALL_INVALID_OUTPUT`, or `CALL_OUTPUT_TOO_LARGE`.
 */
export function readOutput(
  bytes: Uint8Array,
  form: PayloadForm,
  { type, maxBytes, asking = false }: OutputRules,
  text?: string,
): ParsedOutput {
  if (form === 'bytes') return readBytes(bytes, maxBytes);
  checkOutputLength(bytes, maxBytes, asking);
  try {
    const value = parseWireJson(text ?? bytes);
    if (asking && form === 'envelope' && asksSomething(value)) {
      return { data: null, metrics: {}, round: parseAskRound(value) };
    }
    const output = form === 'envelope' ? parseOutputEnvelope(value) : { data: value, metrics: {} };
    if (type !== undefined) validateOutputData(type, output.data);
    return output;
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new CallError('CALL_INVALID_OUTPUT', `Cannot read output: ${cause.message}`, { cause });
  }
}

/** The mark before the bytes is not counted. */
function readBytes(bytes: Uint8Array, maxBytes: number): ParsedOutput {
  if (bytes.length - 1 > maxBytes) checkOutputLength(bytes.subarray(1), maxBytes, false);
  const data = readBytesOutput(bytes);
  if (data !== undefined) return { data, metrics: {} };
  throw new CallError('CALL_INVALID_OUTPUT', 'Cannot read output: it has no mark');
}

/**
 * Checks that an output is not longer than its plugin may write. An output that asks contains requests, and may be as long as those.
 *
 * @throws {CallError} `CALL_OUTPUT_TOO_LARGE`.
 */
export function checkOutputLength(bytes: Uint8Array, maxBytes: number, asking: boolean): void {
  const { length } = bytes;
  if (length <= maxBytes) return;
  const isAsk = asking && ASK_START.every((byte, index) => bytes[index] === byte);
  const most = isAsk ? MAX_ASK_OUTPUT_BYTES : maxBytes;
  if (length > most) {
    throw new CallError(
      'CALL_OUTPUT_TOO_LARGE',
      `Cannot read output: ${length} bytes, limit is ${most}`,
    );
  }
  if (countStructure(bytes) <= MAX_ASK_STRUCTURE) return;
  throw new CallError(
    'CALL_OUTPUT_TOO_LARGE',
    `Cannot read output: it asks with more than ${MAX_ASK_STRUCTURE} brackets and commas`,
  );
}
