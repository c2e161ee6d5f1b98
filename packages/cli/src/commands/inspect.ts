import { resolve } from 'node:path';

import { grantedBy, loadPolicy, readModuleFile } from '@testbench/core';
import { inspectPlugin, type PluginInspection } from '@testbench/registry';
import type { Permissions } from '@testbench/core';

import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { parseCommandLine } from '../parse-command-line.js';
import { escapeJson } from '../render/escape-text.js';
import { renderInspection } from '../render/render-inspection.js';
import { createStyle } from '../render/style.js';

const HELP = `Usage: testbench inspect <plugin.wasm> [options]

Shows what a plugin is, from its bytes alone: nothing of it runs.

Options:
  --policy <file>   show what this policy grants the plugin, beside what it asks for
  --json            print everything as JSON
  --debug           show a stack trace of an error
  -h, --help        show this text
`;

/** Types of a list in JSON: as many as a module that is admitted may have. */
const SHOWN_TYPES = 100;

/** `testbench inspect <plugin.wasm>` */
export async function inspectCommand(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const options = { json: { type: 'boolean' }, policy: { type: 'string' } } as const;
  const { values, positionals } = parseCommandLine('inspect', args, options, ['<plugin.wasm>']);
  if (values.help === true) {
    io.stdout.write(HELP);
    return ExitCode.ok;
  }
  const inspection = inspectPlugin(await readModuleFile(resolve(io.cwd, positionals[0]!)));
  const granted =
    values.policy === undefined
      ? undefined
      : grantedBy(await loadPolicy(resolve(io.cwd, values.policy)), {
          name: inspection.metadata?.name,
          digest: inspection.digest,
        });
  const text =
    values.json === true
      ? escapeJson(toJson(inspection, granted))
      : renderInspection(inspection, createStyle(io.stdout, io.env), granted);
  io.stdout.write(`${text}\n`);
  return ExitCode.ok;
}

function toJson(inspection: PluginInspection, granted: Permissions | undefined): string {
  const { summary } = inspection;
  // A Map would become {}.
  const features = Object.fromEntries(summary.features);
  const imports = summary.imports.map(cutType);
  const exports = summary.exports.map(cutType);
  return JSON.stringify(
    { ...inspection, granted, summary: { ...summary, features, imports, exports } },
    undefined,
    2,
  );
}

/** Types that are longer than admission lets them be are cut: thousands of exports may have the same of a million parameters. */
function cutType(item: PluginInspection['summary']['exports'][number]): object {
  if (item.kind !== 'function' && item.kind !== 'tag') return item;
  const { params, results } = item.type;
  if (params.length <= SHOWN_TYPES && results.length <= SHOWN_TYPES) return item;
  const type = { params: params.slice(0, SHOWN_TYPES), results: results.slice(0, SHOWN_TYPES) };
  return { ...item, type, parameterCount: params.length, resultCount: results.length };
}
