import { basename, dirname, extname, join, resolve } from 'node:path';

import {
  type ImportError,
  importPromptfooConfig,
  type ImportResult,
  importRuns,
} from '@testbench/interop';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { IMPORT_FLAGS } from '../flags/import.js';
import { renderImport, renderImportedConfig } from '../render/render-import.js';
import { writeJson } from '../render/write-json.js';
import { reportError } from '../report-error.js';
import { UsageError } from '../usage-error.js';

const DEFAULT_OUTPUT_DIR = 'runs';

/** `testbench import <path>` */
export async function importCommand({
  io,
  flags,
  args,
}: CommandCall<typeof IMPORT_FLAGS>): Promise<ExitCode> {
  const path = resolve(io.cwd, args[0]!);
  if (isPromptfooFile(path)) return await importConfig(path, flags, io);
  if (flags.output !== undefined) {
    throw new UsageError('--output is for a configuration of promptfoo', 'import');
  }
  const failures: ImportError[] = [];
  const results: ImportResult[] = [];
  const ranges = readRanges(flags.range ?? []);
  const runs = importRuns(path, {
    outputDir: resolve(io.cwd, flags.outputDir ?? DEFAULT_OUTPUT_DIR),
    ...(ranges === undefined ? {} : { ranges }),
    ...(flags.metric === undefined ? {} : { metrics: flags.metric }),
    signal: io.signal,
    onFailure: (error) => failures.push(error),
  });
  for await (const result of runs) {
    results.push(result);
    if (!flags.json) io.stdout.write(renderImport(result, io));
  }
  for (const error of failures) reportError(error, io, flags.debug);
  if (flags.json) writeJson(io.stdout, { runs: results.map(described) });
  return failures.length === 0 ? ExitCode.ok : ExitCode.failure;
}

/** By its name: the other formats have no YAML. */
function isPromptfooFile(path: string): boolean {
  return /^\.ya?ml$/.test(extname(path)) || basename(path).startsWith('promptfooconfig.');
}

async function importConfig(
  path: string,
  flags: CommandCall<typeof IMPORT_FLAGS>['flags'],
  io: CommandCall<typeof IMPORT_FLAGS>['io'],
): Promise<ExitCode> {
  const output =
    flags.output === undefined
      ? join(dirname(path), 'testbench.yaml')
      : resolve(io.cwd, flags.output);
  const imported = await importPromptfooConfig(path, output);
  if (flags.json) writeJson(io.stdout, imported);
  else io.stdout.write(renderImportedConfig(imported, io));
  return ExitCode.ok;
}

/** The summary is in the run's folder. */
function described({ summary: _summary, ...result }: ImportResult): Omit<ImportResult, 'summary'> {
  return result;
}

/** `name=low:high`; names may contain all of these characters. */
const RANGE = /^(?<name>.+)=(?<low>-?\d+(?:\.\d+)?):(?<high>-?\d+(?:\.\d+)?)$/;

function readRanges(
  texts: readonly string[],
): Record<string, { readonly low: number; readonly high: number }> | undefined {
  if (texts.length === 0) return undefined;
  return Object.fromEntries(
    texts.map((text) => {
      const { name, low, high } = RANGE.exec(text)?.groups ?? {};
      if (name === undefined || Number(low) >= Number(high)) {
        throw new UsageError(
          `--range ${JSON.stringify(text)}: expected name=low:high, such as quality=1:10`,
          'import',
        );
      }
      return [name, { low: Number(low), high: Number(high) }] as const;
    }),
  );
}
