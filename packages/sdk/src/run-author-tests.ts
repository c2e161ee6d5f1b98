import { basename } from 'node:path';

import { digestOf } from '@testbench/core/files';
import { type OptionReaders, readOptions, readTimeoutMs } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { type CheckFinding, checkPlugin, type CheckPluginOptions } from './check/check-plugin.js';
import { loadRefusal } from './load-refusal.js';
import { readJsonValue } from './read-json-value.js';
import { createTestHost, type TestHost } from './test-host/create-test-host.js';
import { type GoldenReport, runGolden } from './test-host/run-golden.js';

/** Options of {@link runAuthorTests}. */
export interface AuthorTestOptions extends CheckPluginOptions {
  /** Paths of golden files. @default none */
  readonly golden?: readonly string[];
  /** How far a number in a golden file may be off, whatever its size. @default 0 */
  readonly tolerance?: number;
  /** Receives the result of each golden file. */
  readonly onGolden?: (report: GoldenFileReport) => void;
  readonly signal?: AbortSignal;
}

/** The result of one golden file. */
export interface GoldenFileReport extends GoldenReport {
  /** Name of the file, without its folder. */
  readonly name: string;
}

/** The result of a plugin's own tests. */
export interface AuthorTestReport {
  /** True if no check failed, and every line of every golden file gave the expected result. */
  readonly passed: boolean;
  readonly findings: readonly CheckFinding[];
  readonly golden: readonly GoldenFileReport[];
  /** `sha256:` and the hex digest of the configuration used for the tests, as JSON. */
  readonly config: string;
  readonly tolerance: number;
}

const OPTIONS: OptionReaders<AuthorTestOptions> = {
  config: readJsonValue,
  inputs: (node) => node.list().map(readJsonValue),
  stepTimeoutMs: readTimeoutMs,
  onFinding: (node) => node.callback(),
  golden: (node) => node.list().map((item) => item.text()),
  tolerance: (node) => node.number(0, Number.MAX_VALUE),
  onGolden: (node) => node.callback(),
  signal: (node) => node.signal(),
};

/**
 * Runs everything that checks a plugin against its author's claims: the conformance check, loading it as untrusted, and
 * golden files. Nothing is thrown for a plugin that fails: it is in the report.
 *
 * Golden files are run in a separate child process, without any permission.
 *
 * @param bytes The whole module.
 * @throws {TestHostError} `TEST_BAD_FILE` for a golden file.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { readFile } from 'node:fs/promises';
 * import { runAuthorTests } from '@testbench/sdk';
 *
 * const { passed } = await runAuthorTests(await readFile('build/exact-match.wasm'), { golden: ['golden.jsonl'] });
 * ```
 */
export async function runAuthorTests(
  bytes: Uint8Array,
  given?: AuthorTestOptions,
): Promise<AuthorTestReport> {
  const options = readOptions<AuthorTestOptions>(given, OPTIONS);
  const { golden: paths = [], tolerance = 0, onGolden, signal, ...checked } = options;
  const { config, onFinding } = checked;
  signal?.throwIfAborted();
  const check = await checkPlugin(bytes, checked);
  const findings = [...check.findings];
  signal?.throwIfAborted();
  const golden: GoldenFileReport[] = [];
  if (check.ok) {
    const refusal = await loadRefusal(bytes);
    const strangers: CheckFinding =
      refusal === undefined
        ? { check: 'stranger', status: 'ok', detail: 'loads in a process, granted nothing' }
        : { check: 'stranger', status: 'failed', detail: refusal };
    findings.push(strangers);
    onFinding?.(strangers);
  }
  for (const path of paths) {
    signal?.throwIfAborted();
    const report = { name: basename(path), ...(await runFile(bytes, path, options)) };
    golden.push(report);
    onGolden?.(report);
  }
  const isRight = findings.every(({ status }) => status !== 'failed');
  return {
    passed: isRight && golden.every(({ failures }) => failures.length === 0),
    findings,
    golden,
    config: digestOf(JSON.stringify(config ?? {})),
    tolerance,
  };
}

async function runFile(
  bytes: Uint8Array,
  path: string,
  { config, tolerance = 0 }: AuthorTestOptions,
): Promise<GoldenReport> {
  await using host = await openHost(bytes, config);
  return await runGolden(host, path, { tolerance });
}

/** A plugin that does not load fails every line of its golden file. */
async function openHost(
  bytes: Uint8Array,
  config: unknown,
): Promise<Pick<TestHost, 'call'> & AsyncDisposable> {
  try {
    const wanted = config === undefined ? {} : { config };
    return await createTestHost(bytes, { isolation: 'process', ...wanted });
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return {
      call: async () => await Promise.reject(error),
      [Symbol.asyncDispose]: async () => {},
    };
  }
}
