import { isAbsolute, relative, resolve } from 'node:path';

import { initBenchmark } from '@testbench/bench';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { INIT_FLAGS } from '../flags/init.js';
import { escapeJson, escapeText } from '../render/escape-text.js';

/** `testbench init [folder]` */
export async function initCommand({
  io,
  flags,
  args,
}: CommandCall<typeof INIT_FLAGS>): Promise<ExitCode> {
  const files = await initBenchmark(resolve(io.cwd, args[0] ?? '.'));
  if (flags.json) {
    io.stdout.write(escapeJson(`${JSON.stringify({ files }, undefined, 2)}\n`));
    return ExitCode.ok;
  }
  for (const file of files) io.stdout.write(`wrote ${escapeText(shorten(file, io))}\n`);
  io.stdout.write(`\nRun it with: testbench run ${escapeText(shorten(files[0]!, io))}\n`);
  io.stdout.write(
    'Its plugins come from @testbench/plugins, which is to be installed beside it.\n',
  );
  return ExitCode.ok;
}

function shorten(path: string, { cwd }: CliIo): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}
