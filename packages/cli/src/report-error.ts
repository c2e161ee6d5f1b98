import { truncateText } from '@testbench/types';
import { describePlace, PluginError } from '@testbench/types/errors';

import type { CliIo } from './cli-io.js';
import { ExitCode } from './exit-code.js';
import { escapeText } from './render/escape-text.js';
import { createStyle } from './render/style.js';
import { UsageError } from './usage-error.js';

/** Maximum length of a message, which may contain names from a hostile module. */
const SHOWN_CHARACTERS = 4_000;

/** What to do about an error, if the message does not say it. */
const HINTS: Readonly<Record<string, string>> = {
  LOAD_INVALID_MODULE: 'the file must be a core WebAssembly module: no component, no text format',
  LOAD_BAD_EXPORT: '`testbench inspect <plugin.wasm>` shows what the module exports',
  LOAD_REJECTED: '`testbench inspect <plugin.wasm>` shows what the module imports and declares',
  CALL_FUEL_EXHAUSTED:
    'raise the limit with "maxFuel" if the plugin has good reason to work longer',
  CALL_DEADLINE_EXCEEDED:
    'raise the limit with "timeoutMs" if the plugin has good reason to work longer',
  CALL_OUTPUT_TOO_LARGE: 'raise the limit with "maxOutputBytes" if the output should be that long',
  BENCH_CANCELLED: 'complete records are kept: the same command goes on from there',
  BENCH_CALL_FAILED: 'without --fail-fast, failed calls are counted and the run goes on',
};

/**
 * Reports an error on one line without a stack, and returns the exit code.
 *
 * @param debug Show the stack and the causes too.
 */
export function reportError(error: unknown, io: CliIo, debug: boolean): ExitCode {
  const style = createStyle(io.stderr, io.env);
  const { code, message } = describeError(error);
  const lines = [
    `${style.red('error')} ${style.bold(code)}: ${escapeText(truncateText(message, SHOWN_CHARACTERS))}`,
  ];
  const place = describePlace(error);
  if (place !== undefined) lines.push(`  ${style.dim('at:')} ${escapeText(place)}`);
  for (const hint of hintsFor(error, code)) lines.push(`  ${style.dim('hint:')} ${hint}`);
  if (debug && error instanceof Error) lines.push(...stackLines(error));
  io.stderr.write(`${lines.join('\n')}\n`);
  if (UsageError.is(error)) return ExitCode.usage;
  // After a signal, every failure is attributed to it.
  const isInterrupted = io.signal.aborted || code.endsWith('_CANCELLED');
  return isInterrupted ? ExitCode.interrupted : ExitCode.failure;
}

function describeError(error: unknown): { code: string; message: string } {
  if (UsageError.is(error)) return { code: 'USAGE', message: error.message };
  if (PluginError.is(error)) return { code: error.code, message: error.message };
  // Not one of ours: a bug, or an unexpected system error.
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

function hintsFor(error: unknown, code: string): string[] {
  if (UsageError.is(error)) {
    return [`testbench ${error.command === undefined ? '' : `${error.command} `}--help`];
  }
  if (code === 'INTERNAL') return ['run again with --debug to see where it comes from'];
  const hint = HINTS[code];
  return [...violations(error), ...(hint === undefined ? [] : [hint])];
}

/** Admission names every rule that a module breaks. */
function violations(error: unknown): string[] {
  const list = (error as { violations?: unknown }).violations;
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, 10)
    .map((item) => String((item as { message: unknown }).message))
    .map((text) => escapeText(truncateText(text, SHOWN_CHARACTERS)));
}

function stackLines(error: Error): string[] {
  const lines: string[] = [];
  // Causes could in theory be circular.
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 10; depth += 1) {
    const stack = (current.stack ?? current.message).split('\n').map(escapeText);
    lines.push(...(depth === 0 ? stack : ['caused by:', ...stack]));
    current = current.cause;
  }
  return lines;
}
