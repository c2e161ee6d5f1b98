import { dirname, resolve } from 'node:path';

import { explainFailure, type FailureFrame } from '@testbench/dev';
import { CallError } from '@testbench/types/errors';

import type { CliIo } from '../cli-io.js';
import { isScript } from '../script-modules.js';
import { escapeText } from './escape-text.js';
import { placeOf, renderExcerpt } from './render-problem.js';
import { renderUsage } from './render-usage.js';
import { createStyle } from './style.js';

/**
 * Writes where in the author's source a call failed, with the surrounding lines, the guest's stack, and the usage of the call.
 *
 * A file is opened only for a script that was called by its path, and only in the script's own folder: an untrusted module could name any
 * file. Lines of a module come from its source map.
 *
 * @param plugin As on the command line.
 */
export async function writeFailure(io: CliIo, error: unknown, plugin: string): Promise<void> {
  const path = resolve(io.cwd, plugin);
  const folder = (await isScript(path)) ? dirname(path) : undefined;
  const failure = explainFailure(error, folder === undefined ? {} : { folder });
  const { place, excerpt, stack } = failure;
  const style = createStyle(io.stderr, io.env);
  const lines = [
    ...(place === undefined ? [] : [style.bold(escapeText(placeOf(place)))]),
    ...(place === undefined || excerpt === undefined
      ? []
      : renderExcerpt(excerpt.lines, excerpt.first, place, style)),
    ...stack.map((frame) => style.dim(`  at ${escapeText(describeFrame(frame))}`)),
  ];
  const usage = usageOf(error);
  if (usage !== undefined) lines.push(style.dim(renderUsage(usage)));
  if (failure.message !== (error as Error).message) lines.push(escapeText(failure.message));
  for (const line of lines) io.stderr.write(`${line}\n`);
}

function describeFrame({ function: name, file, line = 0, column = 0 }: FailureFrame): string {
  return file === undefined ? name : `${name} (${placeOf({ file, line, column })})`;
}

/** From the call, or from the call made while loading. */
function usageOf(error: unknown): CallError['usage'] {
  if (error instanceof CallError) return error.usage;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof CallError ? cause.usage : undefined;
}
