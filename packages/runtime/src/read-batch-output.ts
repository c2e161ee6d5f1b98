import {
  escapeText,
  parseOutputEnvelope,
  parseWireJson,
  type PluginType,
  validateOutputData,
} from '@testbench/types';
import { asksSomething, parseAskRound } from '@testbench/types/asking';
import { CallError, WireError } from '@testbench/types/errors';

import type { OutputRules, ParsedOutput } from './read-output.js';

/** The result of a batch for one of its inputs. */
export type BatchEntry =
  | { readonly ok: true; readonly output: ParsedOutput }
  | { readonly ok: false; readonly error: CallError };

/**
 * Parses and checks the output of `plugin_execute_batch`: a list with one envelope, or one `{"error": …}`, per input.
 *
 * @param count Number of inputs.
 * @param rules The rules for one output; the byte limit applies to all of them together, even if some ask.
 * @throws {CallError} `CALL_INVALID_OUTPUT` if it is not such a list; an entry of the wrong shape does not affect the others.
 */
export function readBatchOutput(
  bytes: Uint8Array,
  count: number,
  { type, maxBytes, asking = false }: OutputRules,
): BatchEntry[] {
  if (bytes.length > maxBytes) {
    throw new CallError(
      'CALL_OUTPUT_TOO_LARGE',
      `Cannot read output: ${bytes.length} bytes, limit is ${maxBytes}`,
    );
  }
  const list = wire(() => parseWireJson(bytes));
  if (!Array.isArray(list) || list.length !== count) {
    const found = Array.isArray(list) ? `a list of ${list.length}` : `a ${typeof list}`;
    throw new CallError(
      'CALL_INVALID_OUTPUT',
      `Cannot read output: expected a list of ${count}, found ${found}`,
    );
  }
  return list.map((value) => readEntry(value, type, asking));
}

function readEntry(value: unknown, type: PluginType | undefined, asking: boolean): BatchEntry {
  const error = errorOf(value);
  if (error !== undefined) return { ok: false, error };
  try {
    if (asking && asksSomething(value)) {
      const round = wire(() => parseAskRound(value));
      return { ok: true, output: { data: null, metrics: {}, round } };
    }
    const output = wire(() => parseOutputEnvelope(value));
    if (type !== undefined) wire(() => validateOutputData(type, output.data));
    return { ok: true, output };
  } catch (cause) {
    if (cause instanceof CallError) return { ok: false, error: cause };
    throw cause;
  }
}

/** The error of an entry `{"error": {"code", "message", "details"}}`. */
function errorOf(value: unknown): CallError | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'error'))
    return undefined;
  const said: unknown = (value as { error: unknown }).error;
  const { code, message, details } = Object(said) as Record<string, unknown>;
  const words = typeof message === 'string' ? escapeText(message) : 'it gives no reason';
  return new CallError(
    code === -2 ? 'CALL_INVALID_INPUT' : 'CALL_PLUGIN_FAILED',
    `Cannot finish call: the plugin failed for this input: ${words}`,
    {
      pluginCode: typeof code === 'number' || typeof code === 'string' ? code : undefined,
      pluginMessage: words,
      pluginDetails: details,
    },
  );
}

function wire<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new CallError('CALL_INVALID_OUTPUT', `Cannot read output: ${cause.message}`, { cause });
  }
}
