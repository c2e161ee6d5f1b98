import { AssertionError } from 'node:assert';

import { writeOutput } from '@testbench/core/files';
import { readOptions } from '@testbench/types/config';

import type { TestHost } from './create-test-host.js';
import { readGolden, runGoldenLine } from './golden-lines.js';
import { wantsUpdate } from './json-lines.js';
import { framesOf, tellCaller } from './tell-caller.js';

/** Options of {@link checkGolden}. */
export interface GoldenOptions {
  /** Writes the plugin's current outputs into the file. @default true if `TESTBENCH_UPDATE` is set */
  readonly update?: boolean;
  /** How far a number may be off, whatever its size. @default 0 */
  readonly tolerance?: number;
}

/**
 * Runs every input of a file through a plugin and compares the outputs with those in the file.
 *
 * The file has one JSON object per line: `{"input": …, "output": …}`, or `{"input": …, "error": "CALL_INVALID_INPUT"}`; other
 * fields are left as they are. With `TESTBENCH_UPDATE=1` outputs are rewritten, even for lines with only an input.
 *
 * @param path Path of the file.
 * @returns The number of inputs.
 * @throws {AssertionError} At the first line that differs, with `actual` and `expected` for the test runner.
 * @throws {TestHostError} `TEST_BAD_FILE`.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { checkGolden, createTestHost } from '@testbench/sdk';
 *
 * await using host = await createTestHost('build/keyword-coverage.wasm');
 * await checkGolden(host, 'golden.jsonl', { tolerance: 1e-9 });
 * ```
 */
export async function checkGolden(
  host: TestHost,
  path: string,
  given?: GoldenOptions,
): Promise<number> {
  const caller = framesOf(checkGolden);
  const options = readOptions<GoldenOptions>(given, {
    update: (node) => node.boolean(),
    tolerance: (node) => node.number(0, Number.MAX_VALUE),
  });
  const { lines } = await readGolden(path);
  const update = options.update ?? wantsUpdate();
  const written: string[] = [];
  for (const each of lines) {
    const found = await runGoldenLine(host, each, options.tolerance ?? 0, update);
    const { line, actual, expected, others, input } = found;
    written.push(`${JSON.stringify({ ...others, input, ...actual })}\n`);
    if (update || found.matches) continue;
    const error = new AssertionError({
      message: `${path}:${line}: the plugin gives something else; if it is right, run with TESTBENCH_UPDATE=1`,
      actual,
      expected,
      operator: 'deepStrictEqual',
    });
    throw tellCaller(error, caller, found.logs);
  }
  if (update) await writeOutput(path, written.join(''));
  return lines.length;
}
