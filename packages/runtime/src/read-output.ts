import {
  parseOutputEnvelope,
  parseWireJson,
  type PluginType,
  validateOutputData,
} from '@testbench/types';
import type { PayloadForm } from '@testbench/types/abi';
import { CallError, WireError } from '@testbench/types/errors';

/** What an output holds, before the host adds its own figures. */
export interface ParsedOutput {
  readonly data: unknown;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Parses and checks output bytes.
 *
 * @param bytes A view into guest memory is fine: nothing of it is kept.
 * @param form How the plugin's protocol writes it.
 * @param type The plugin's type, whose shape `data` must have; undefined if it is not known.
 * @throws {CallError} `CALL_INVALID_OUTPUT`, or `CALL_OUTPUT_TOO_LARGE`.
 */
export function readOutput(
  bytes: Uint8Array,
  form: PayloadForm,
  type: PluginType | undefined,
  maxBytes: number,
): ParsedOutput {
  if (bytes.length > maxBytes) {
    throw new CallError(
      'CALL_OUTPUT_TOO_LARGE',
      `Cannot read output: ${bytes.length} bytes, limit is ${maxBytes}`,
    );
  }
  try {
    const value = parseWireJson(bytes);
    const output = form === 'envelope' ? parseOutputEnvelope(value) : { data: value, metrics: {} };
    if (type !== undefined) validateOutputData(type, output.data);
    return output;
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new CallError('CALL_INVALID_OUTPUT', `Cannot read output: ${cause.message}`, { cause });
  }
}
