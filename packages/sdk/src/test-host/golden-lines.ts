import type { LogRecord } from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';

import type { TestHost } from './create-test-host.js';
import { type JsonLine, readJsonLinesFile } from './json-lines.js';
import { logsOf } from './tell-caller.js';
import { TestHostError } from './test-host-error.js';

/** The output of a call, or the code that it failed with. */
export type GoldenOutcome = { readonly output: unknown } | { readonly error: string };

/** One line of a golden file, and its result. */
export interface GoldenLine {
  /** Counted from 1. */
  readonly line: number;
  readonly matches: boolean;
  readonly actual: GoldenOutcome;
  readonly expected: GoldenOutcome;
  /** Fuel units of the call; undefined if it failed. */
  readonly fuel: number | undefined;
  /** Other fields of the line. */
  readonly others: Readonly<Record<string, unknown>>;
  /** Records that the plugin logged. */
  readonly logs: readonly LogRecord[];
  /** The error of a call that failed. */
  readonly cause?: unknown;
  readonly input: unknown;
}

/** Reads a golden file. @throws {TestHostError} `TEST_BAD_FILE` */
export async function readGolden(
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly lines: readonly JsonLine[] }> {
  const file = await readJsonLinesFile(path);
  if (file !== undefined && file.lines.length > 0) return file;
  throw new TestHostError('TEST_BAD_FILE', `Cannot read "${path}": it contains no inputs`);
}

/**
 * Runs one line.
 *
 * @param strict Only a refusal by the plugin itself counts as an outcome: a slow machine or a crash does not.
 */
export async function runGoldenLine(
  host: Pick<TestHost, 'call'>,
  { value, line }: JsonLine,
  tolerance: number,
  strict: boolean,
  signal?: AbortSignal,
): Promise<GoldenLine> {
  const { input, output, error, ...others } = value;
  const { actual, ...told } = await outcomeOf(host, input, strict, signal);
  const expected: GoldenOutcome = error === undefined ? { output } : { error: error as string };
  const matches = isSame(actual, expected, tolerance);
  return { line, matches, actual, expected, others, input, ...told };
}

async function outcomeOf(
  host: Pick<TestHost, 'call'>,
  input: unknown,
  strict: boolean,
  signal: AbortSignal | undefined,
): Promise<Pick<GoldenLine, 'actual' | 'fuel' | 'logs' | 'cause'>> {
  try {
    const options = signal === undefined ? undefined : { signal };
    const { data, metadata, logs } = await host.call(input, options);
    return { actual: { output: data }, fuel: metadata.fuelUsed, logs };
  } catch (error) {
    if (!PluginError.is(error) || signal?.aborted === true) throw error;
    if (strict && !/^CALL_(?:INVALID_INPUT|PLUGIN_FAILED)$/.test(error.code)) throw error;
    return { actual: { error: error.code }, fuel: undefined, logs: logsOf(error), cause: error };
  }
}

function isSame(actual: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof actual === 'number' && typeof expected === 'number') {
    return Math.abs(actual - expected) <= tolerance;
  }
  if (typeof actual !== 'object' || actual === null) return actual === expected;
  if (typeof expected !== 'object' || expected === null) return false;
  if (Array.isArray(actual) !== Array.isArray(expected)) return false;
  const [left, right] = [Object.entries(actual), new Map(Object.entries(expected))];
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isSame(value, right.get(key), tolerance))
  );
}
