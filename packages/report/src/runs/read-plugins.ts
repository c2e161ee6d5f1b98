import { basename, dirname } from 'node:path';

import { PluginLocator } from '@testbench/bench';
import { createFolderRuns, type StoredRun } from '@testbench/bench/results';
import { digestOf, readModuleFile } from '@testbench/core/files';
import { ConfigNode } from '@testbench/types/config';

import { ReportError } from '../errors.js';
import type { PagePlugin } from '../html/html-reporter.js';

interface WrittenConfig {
  readonly pluginsDir?: string;
  readonly evaluators?: readonly { readonly plugin?: unknown }[];
}

/**
 * Reads the modules of the evaluators of runs, for a page that contains them.
 *
 * @throws {ReportError} `REPORT_NO_PLUGIN`: a module is not where the run's configuration says, or is not the one that ran.
 */
export async function readPlugins(runs: readonly StoredRun[]): Promise<PagePlugin[]> {
  const found = new Map<string, PagePlugin>();
  for (const run of runs) {
    const config = await readConfig(run);
    const locator = new PluginLocator(config.pluginsDir);
    for (const { plugin } of config.evaluators ?? []) {
      if (typeof plugin !== 'string') continue;
      // Missing ones are reported below, with the evaluator's name.
      const bytes = await locator
        .locate(plugin, 'evaluators')
        .then(({ path }) => readModuleFile(path))
        .catch(() => undefined);
      if (bytes === undefined) continue;
      const digest = digestOf(bytes);
      found.set(digest, { digest, bytes });
    }
    for (const { as, digest } of run.plan.evaluators) {
      if (found.has(digest)) continue;
      throw new ReportError(
        'REPORT_NO_PLUGIN',
        as,
        `Cannot put the evaluator ${JSON.stringify(as)} on the page: its module ${digest} is not where the run's configuration has it`,
      );
    }
  }
  const wanted = new Set(runs.flatMap(({ plan }) => plan.evaluators.map(({ digest }) => digest)));
  return [...found.values()].filter(({ digest }) => wanted.has(digest));
}

async function readConfig({ path, run }: StoredRun): Promise<WrittenConfig> {
  try {
    const reader = await createFolderRuns(dirname(path)).read(basename(path));
    const config: unknown = JSON.parse((await reader?.document('config')) ?? '');
    const fields = new ConfigNode(config).object();
    return {
      ...(typeof fields['pluginsDir'] === 'string' && { pluginsDir: fields['pluginsDir'] }),
      evaluators: new ConfigNode(fields['evaluators'] ?? []).list().map((node) => node.object()),
    };
  } catch (cause) {
    throw new ReportError(
      'REPORT_NO_PLUGIN',
      run,
      `Cannot find the evaluators of run ${JSON.stringify(run)}: its config.json cannot be read`,
      { cause },
    );
  }
}
