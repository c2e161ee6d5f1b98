import { resolve } from 'node:path';

import { readModuleFile } from '@testbench/core';
import { inspectPlugin, type PluginInspection } from '@testbench/registry';

import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { parseCommandLine } from '../parse-command-line.js';
import { escapeJson } from '../render/escape-text.js';
import { renderInspection } from '../render/render-inspection.js';
import { createStyle } from '../render/style.js';

const HELP = `Usage: testbench inspect <plugin.wasm> [options]

Shows what a plugin is, from its bytes alone: nothing of it runs.

Options:
  --json        print everything as JSON
  --debug       show a stack trace of an error
  -h, --help    show this text
`;

/** `testbench inspect <plugin.wasm>` */
export async function inspectCommand(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const options = { json: { type: 'boolean' } } as const;
  const { values, positionals } = parseCommandLine('inspect', args, options, ['<plugin.wasm>']);
  if (values.help === true) {
    io.stdout.write(HELP);
    return ExitCode.ok;
  }
  const inspection = inspectPlugin(await readModuleFile(resolve(io.cwd, positionals[0]!)));
  const text =
    values.json === true
      ? escapeJson(toJson(inspection))
      : renderInspection(inspection, createStyle(io.stdout, io.env));
  io.stdout.write(`${text}\n`);
  return ExitCode.ok;
}

function toJson(inspection: PluginInspection): string {
  const { summary } = inspection;
  // A Map would become {}.
  const features = Object.fromEntries(summary.features);
  return JSON.stringify({ ...inspection, summary: { ...summary, features } }, undefined, 2);
}
