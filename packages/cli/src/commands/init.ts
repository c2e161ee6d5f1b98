import { dirname, resolve } from 'node:path';

import { findPluginsDir, initBenchmark } from '@testbench/bench';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { INIT_FLAGS } from '../flags/init.js';
import { escapeText } from '../render/escape-text.js';
import { shortenPath } from '../render/shorten-path.js';
import { writeJson } from '../render/write-json.js';

/** `testbench init [folder]` */
export async function initCommand({
  io,
  flags,
  args,
}: CommandCall<typeof INIT_FLAGS>): Promise<ExitCode> {
  const files = await initBenchmark(resolve(io.cwd, args[0] ?? '.'));
  if (flags.json) {
    writeJson(io.stdout, { files });
    return ExitCode.ok;
  }
  for (const file of files) io.stdout.write(`wrote ${escapeText(shortenPath(file, io.cwd))}\n`);
  io.stdout.write(`\nRun it with: testbench run ${escapeText(shortenPath(files[0]!, io.cwd))}\n`);
  // Installed with the benchmark, or with this command.
  const places = [dirname(files[0]!), import.meta.dirname];
  if (places.every((place) => findPluginsDir(place) === undefined)) {
    io.stdout.write('Its plugins come from @testbench/plugins: npm install @testbench/plugins\n');
  }
  return ExitCode.ok;
}
