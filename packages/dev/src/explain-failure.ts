import { readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, resolve, sep } from 'node:path';

import { suggestName } from '@testbench/types/config';
import { type GuestFrame, guestStackOf, isAuthorFrame, PluginError } from '@testbench/types/errors';

import { EXCERPT_LINES, MAX_SOURCE_BYTES } from './limits.js';

/** A call of a function that was active when a plugin failed. Its texts come from the plugin: escape before showing. */
export interface FailureFrame {
  readonly function: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
}

/** A failure as its author wants to see it. Its texts come from the plugin: escape before showing. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Place in the author's source, as far as known. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
  /** The lines around it, the first of which has the number `first`. */
  readonly excerpt?: { readonly first: number; readonly lines: readonly string[] };
  /** The innermost one first. */
  readonly stack: readonly FailureFrame[];
}

/** Location of the sources that a failure may name. */
export interface FailureSources {
  /** The folder of the author's sources. Without it no file is opened: an untrusted plugin could name any. */
  readonly folder?: string;
}

/**
 * Explains what failed, where in the author's source, and through which calls; with the lines around the place, and with the existing name that
 * was most likely meant by an unknown one.
 *
 * @param error Any error that a host threw.
 *
 * @example
 * ```ts
 * import { explainFailure } from '@testbench/dev';
 * import { CallError } from '@testbench/types/errors';
 *
 * const message = 'ReferenceError: limt is not defined (metric.ts:2:9)';
 * const error = new CallError('CALL_PLUGIN_FAILED', message, { pluginMessage: message });
 * explainFailure(error).place; // => { file: 'metric.ts', line: 2, column: 9 }
 * ```
 */
export function explainFailure(error: unknown, { folder }: FailureSources = {}): Failure {
  const code = PluginError.is(error) ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  const stack = guestStackOf(error);
  const frame = stack.find(isPlaced);
  const place =
    frame === undefined
      ? placeIn(message)
      : { file: frame.file!, line: frame.line!, column: frame.column ?? 0 };
  const text = place && folder !== undefined ? readSource(folder, place.file) : undefined;
  const excerpt =
    excerptOf(frame) ??
    (place === undefined || text === undefined ? undefined : cut(text, place.line));
  const hint = text === undefined ? '' : suggestName(wordsOf(error, message), [text]);
  return {
    code,
    message: message + hint,
    ...(place === undefined ? {} : { place }),
    ...(excerpt === undefined ? {} : { excerpt }),
    stack: stack.map(({ excerpt: _excerpt, ...rest }) => rest),
  };
}

/** True for a frame in a file that the author can fix. */
function isPlaced(frame: GuestFrame): boolean {
  return isAuthorFrame(frame) && Number.isSafeInteger(frame.line) && frame.line! > 0;
}

/** `… (metric.ts:2:9)` at the end of a message. */
function placeIn(message: string): Failure['place'] {
  const [, file, line, column] = /\(([^\s():]+):(\d+):(\d+)\)$/.exec(message) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/** The plugin's own message. */
function wordsOf(error: unknown, message: string): string {
  const { pluginMessage } = (error ?? {}) as { readonly pluginMessage?: unknown };
  return typeof pluginMessage === 'string' ? pluginMessage : message;
}

function excerptOf(frame: GuestFrame | undefined): Failure['excerpt'] {
  const lines = frame?.excerpt;
  return lines === undefined || lines.length === 0
    ? undefined
    : { first: lines[0]!.line, lines: lines.map(({ text }) => text) };
}

function cut(text: string, line: number): Failure['excerpt'] {
  const lines = text.split(/\r?\n/);
  if (line > lines.length) return undefined;
  const first = Math.max(1, line - EXCERPT_LINES);
  return { first, lines: lines.slice(first - 1, line + EXCERPT_LINES) };
}

/** A source in the author's folder; undefined for any other file. */
function readSource(folder: string, file: string): string | undefined {
  const path = resolve(folder, file);
  if (isAbsolute(file) || !path.startsWith(resolve(folder) + sep) || basename(path).startsWith('.'))
    return undefined;
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > MAX_SOURCE_BYTES) return undefined;
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
