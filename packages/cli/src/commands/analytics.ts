import { resolve } from 'node:path';

import type { BenchError } from '@testbench/bench';
import { analysePlugins, readHosts } from '@testbench/bench/analytics';
import { listRuns } from '@testbench/bench/results';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { ANALYTICS_FLAGS } from '../flags/analytics.js';
import { DEFAULT_OUTPUT_DIR } from '../limits.js';
import { readSince } from '../read-since.js';
import { escapeText } from '../render/escape-text.js';
import { renderAnalytics } from '../render/render-analytics.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';

/** `testbench analytics [folder]` */
export async function analyticsCommand({
  io,
  flags,
  args,
}: CommandCall<typeof ANALYTICS_FLAGS>): Promise<ExitCode> {
  const { plugin, by = 'version', json } = flags;
  const since = flags.since === undefined ? undefined : readSince(flags.since, 'analytics');
  const folder = args[0] ?? DEFAULT_OUTPUT_DIR;
  const runs = await listRuns(resolve(io.cwd, folder));
  const onProblem = ({ message }: BenchError): void => {
    io.stderr.write(`warning: ${escapeText(message)}\n`);
  };
  const folders = flags.hosts ?? [];
  const hosts = await Promise.all(
    folders.map((hostsFolder) => readHosts(resolve(io.cwd, hostsFolder), onProblem)),
  );
  const plugins = await analysePlugins(
    { runs, hosts: hosts.flat() },
    {
      ...(plugin !== undefined && { plugin }),
      ...(since !== undefined && { since }),
      signal: io.signal,
      onProblem,
    },
  );
  if (json) {
    writeJson(io.stdout, plugins);
    return ExitCode.ok;
  }
  const style = createStyle(io.stdout, io.env);
  const shown = plugins.length === 0 ? 'No calls of plugins' : renderAnalytics(plugins, by, style);
  io.stdout.write(`${shown}\n`);
  return ExitCode.ok;
}
