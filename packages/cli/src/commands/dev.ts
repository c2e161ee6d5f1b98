import { resolve } from 'node:path';

import { type DevDataset, type DevEvent, watchProject } from '@testbench/dev';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { DEV_FLAGS } from '../flags/dev.js';
import { readJsonArgument } from '../read-json-argument.js';
import { devEventJson } from '../render/dev-event-json.js';
import { DevScreen } from '../render/dev-screen.js';
import { escapeJson } from '../render/escape-text.js';
import { splitPair } from '../requirements.js';
import { UsageError } from '../usage-error.js';

/** `testbench dev [project]` */
export async function devCommand({
  io,
  flags,
  args,
}: CommandCall<typeof DEV_FLAGS>): Promise<ExitCode> {
  const { optimize, golden, allowHost, json } = flags;
  const dataset = readDataset(flags, io.cwd);
  const { config, configFile } = await readConfig(flags.config, io.cwd);
  const project = resolve(io.cwd, args[0] ?? '.');
  const screen = new DevScreen(io);
  await watchProject({
    project,
    ...(configFile !== undefined && { configFile }),
    ...(optimize !== undefined && { optimize }),
    ...(dataset !== undefined && { dataset }),
    ...(golden !== undefined && { golden: golden.map((file) => resolve(io.cwd, file)) }),
    host: {
      ...(config !== undefined && { config }),
      ...(allowHost !== undefined && {
        permissions: { network: true, allowedHosts: allowHost },
      }),
    },
    signal: io.signal,
    onEvent: (event: DevEvent) => {
      if (json) io.stdout.write(escapeJson(`${JSON.stringify(devEventJson(event))}\n`));
      else screen.show(event);
    },
  });
  // Nothing else ends it.
  return ExitCode.interrupted;
}

function readDataset(
  { dataset, records, field }: CommandCall<typeof DEV_FLAGS>['flags'],
  cwd: string,
): DevDataset | undefined {
  if (dataset === undefined) {
    if (records === undefined && field === undefined) return undefined;
    throw new UsageError(
      `--${records === undefined ? 'field' : 'records'} is given without --dataset`,
      'dev',
    );
  }
  const fields = field?.map((pair) => splitPair(pair, '--field', 'name=path', 'dev'));
  return {
    path: resolve(cwd, dataset),
    ...(records !== undefined && { records }),
    ...(fields !== undefined && { fields: Object.fromEntries(fields) }),
  };
}

/** A file is read again after each change. */
async function readConfig(
  given: string | undefined,
  cwd: string,
): Promise<{ readonly config?: unknown; readonly configFile?: string }> {
  if (given === undefined) return {};
  const config = await readJsonArgument('dev', 'config', given, cwd);
  return given.startsWith('@') ? { configFile: resolve(cwd, given.slice(1)) } : { config };
}
