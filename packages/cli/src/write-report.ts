import { resolve } from 'node:path';

import { OutputFile, type OutputInput } from '@testbench/core/files';
import type { ReportOutput } from '@testbench/report';

import type { CliIo } from './cli-io.js';
import { escapeText } from './render/escape-text.js';

/**
 * Writes to a file, which appears whole or not at all, or to stdout.
 *
 * @param inputs Files that must not be replaced.
 */
export async function writeReport(
  io: CliIo,
  given: string | undefined,
  work: (output: ReportOutput) => Promise<void>,
  inputs: readonly OutputInput[] = [],
): Promise<void> {
  if (given === undefined) {
    await work({ write: (text) => void io.stdout.write(text) });
    return;
  }
  const file = await OutputFile.open(resolve(io.cwd, given), { inputs, signal: io.signal });
  try {
    await work(file);
    await file.finish();
    await file.publish();
  } finally {
    await file.discard();
  }
  io.stderr.write(`${escapeText(given)}\n`);
}
