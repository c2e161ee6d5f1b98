import { join, resolve } from 'node:path';

import { loadBenchmarkConfig, type ReporterConfig } from '@testbench/bench';
import { protectedFiles, readRun } from '@testbench/bench/results';
import type { Reporter, ReportFormat, ReportOutput } from '@testbench/report';

import type { CliIo } from './cli-io.js';
import { imagesOf } from './images-of.js';
import { scriptLoader } from './script-loader.js';
import { writeReport } from './write-report.js';

/** Files in the folder of a run, by form. */
const FILES: Readonly<Record<Exclude<ReportFormat, 'terminal'>, string>> = {
  html: 'report.html',
  md: 'report.md',
  junit: 'junit.xml',
  csv: 'rows.csv',
  json: 'report.json',
  'every-eval-ever': 'every-eval-ever.jsonl',
  'every-eval-ever-instances': 'every-eval-ever-instances.jsonl',
  otel: 'otel.jsonl',
};

/** A reporter prepared before the run: a module that does not load must not cost a run. */
export interface PreparedReporter {
  /**
   * Writes its report of a run.
   *
   * @param io Its `stdout` receives reports without a file.
   */
  report(io: CliIo, folder: string): Promise<void>;
}

/**
 * Prepares the reporters of a configuration. The user's modules are loaded with all rights of this process.
 *
 * @param reporters Of a configuration that the user named: none is ever taken from the folder of a run, which may be untrusted.
 * @throws {ReportError} `REPORT_BAD_REPORTER`.
 */
export async function prepareReporters(
  reporters: readonly ReporterConfig[] = [],
): Promise<PreparedReporter[]> {
  const prepared: PreparedReporter[] = [];
  for (const config of reporters) prepared.push(await prepare(config));
  return prepared;
}

/** Prepares the reporters of a configuration file; none without a file. */
export async function readReporters(
  io: CliIo,
  file: string | undefined,
): Promise<PreparedReporter[]> {
  if (file === undefined) return [];
  const { reporters } = await loadBenchmarkConfig(resolve(io.cwd, file), {
    env: io.env,
    scripts: scriptLoader,
  });
  return await prepareReporters(reporters);
}

async function prepare(config: ReporterConfig): Promise<PreparedReporter> {
  // Most runs have no reporter.
  const [{ createHtmlReporter, createReporter }, { loadReporter, readPlugins }, { reportStored }] =
    await Promise.all([
      import('@testbench/report'),
      import('@testbench/report/runs'),
      import('./report-stored.js'),
    ]);
  const { format, module, output, withPlugins = false } = config;
  const target: { output?: ReportOutput } = {};
  const deferred: ReportOutput = { write: (text) => target.output!.write(text) };
  const own = module === undefined ? undefined : await loadReporter(module, deferred, scriptLoader);
  return {
    async report(io, folder) {
      const runs = [await readRun(folder)];
      let reporter: Reporter;
      if (own !== undefined) reporter = own;
      else if (format === 'html') {
        const plugins = withPlugins ? { plugins: await readPlugins(runs) } : {};
        reporter = createHtmlReporter(deferred, { ...plugins, images: imagesOf(runs) });
      } else reporter = createReporter(format!, deferred);
      const file = format === undefined || format === 'terminal' ? undefined : FILES[format];
      const given = output ?? (file === undefined ? undefined : join(folder, file));
      const inputs = [
        ...(await protectedFiles(runs[0]!)),
        ...(module === undefined ? [] : [{ path: module, what: 'the reporter' }]),
      ];
      const work = async (opened: ReportOutput): Promise<void> => {
        target.output = opened;
        await reportStored(io, runs, [reporter]);
      };
      await writeReport(io, given, work, inputs);
    },
  };
}
