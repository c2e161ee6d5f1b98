import { digestOf } from '@testbench/core/files';
import type { LogRecord } from '@testbench/types/abi';
import { readOptions } from '@testbench/types/config';

import type { GoldenOptions } from './check-golden.js';
import type { TestHost } from './create-test-host.js';
import { type GoldenOutcome, readGolden, runGoldenLine } from './golden-lines.js';

/** A line of a golden file for which a plugin's output differs. */
export interface GoldenFailure {
  /** Counted from 1. */
  readonly line: number;
  readonly actual: GoldenOutcome;
  readonly expected: GoldenOutcome;
  /** Records that the plugin logged. */
  readonly logs: readonly LogRecord[];
  /** The error of a failed call; its stack and `logsOf` have more details. */
  readonly cause?: unknown;
}

/** Options of {@link runGolden}. */
export interface RunGoldenOptions extends Pick<GoldenOptions, 'tolerance'> {
  /** Failures after which it stops. @default all are looked for */
  readonly maxFailures?: number;
  /** Stops it; the call ends with `CALL_CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** The result of {@link runGolden}. */
export interface GoldenReport {
  /** `sha256:` and the hex digest of the file, as it was read. */
  readonly digest: string;
  /** Lines that were run. */
  readonly cases: number;
  /** Lines with the expected output. */
  readonly passed: number;
  readonly failures: readonly GoldenFailure[];
  /** Fuel units of the call that took the most; 0 if every call failed. */
  readonly maxFuel: number;
}

/**
 * Runs every input of a golden file, as `checkGolden` does, and counts the lines with the expected output; it continues after a
 * difference, and never writes the file.
 *
 * @param path Path of the file.
 * @throws {TestHostError} `TEST_BAD_FILE`.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { createTestHost, runGolden } from '@testbench/sdk';
 *
 * await using host = await createTestHost('build/keyword-coverage.wasm');
 * const { cases, passed } = await runGolden(host, 'golden.jsonl');
 * ```
 */
export async function runGolden(
  host: Pick<TestHost, 'call'>,
  path: string,
  given?: RunGoldenOptions,
): Promise<GoldenReport> {
  const options = readOptions<RunGoldenOptions>(given, {
    tolerance: (node) => node.number(0, Number.MAX_VALUE),
    maxFailures: (node) => node.wholeNumber(1),
    signal: (node) => node.signal(),
  });
  const { tolerance = 0, maxFailures = Number.POSITIVE_INFINITY, signal } = options;
  const file = await readGolden(path);
  const failures: GoldenFailure[] = [];
  let maxFuel = 0;
  let cases = 0;
  for (const each of file.lines) {
    const found = await runGoldenLine(host, each, tolerance, false, signal);
    const { line, matches, actual, expected, fuel = 0, logs, cause } = found;
    cases += 1;
    maxFuel = Math.max(maxFuel, fuel);
    if (matches) continue;
    failures.push({ line, actual, expected, logs, ...(cause !== undefined && { cause }) });
    if (failures.length >= maxFailures) break;
  }
  const digest = digestOf(file.bytes);
  return { digest, cases, passed: cases - failures.length, failures, maxFuel };
}
