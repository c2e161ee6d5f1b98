import { readFile } from 'node:fs/promises';

import { decodeText, parseJsonText } from '@testbench/types';

import { TestHostError } from './test-host-error.js';

/** One line of a file, parsed. */
export interface JsonLine {
  readonly value: Readonly<Record<string, unknown>>;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Reads a file with one JSON object per line; empty lines are left out.
 *
 * @returns Nothing if the file does not exist.
 * @throws {TestHostError} `TEST_BAD_FILE`, with the line.
 */
export async function readJsonLines(path: string): Promise<readonly JsonLine[] | undefined> {
  return (await readJsonLinesFile(path))?.lines;
}

/** Like {@link readJsonLines}, with the bytes that the lines were read from. */
export async function readJsonLinesFile(
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly lines: readonly JsonLine[] } | undefined> {
  let text: string;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
    text = decodeText(bytes);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new TestHostError('TEST_BAD_FILE', `Cannot read "${path}": ${(cause as Error).message}`, {
      cause,
    });
  }
  const lines = text.split('\n').flatMap((source, index) => {
    if (source.trim() === '') return [];
    const line = index + 1;
    let value: unknown;
    try {
      value = parseJsonText(source);
    } catch (cause) {
      const message = `Cannot read "${path}:${line}": it is not JSON (${(cause as Error).message})`;
      throw new TestHostError('TEST_BAD_FILE', message, { cause });
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new TestHostError('TEST_BAD_FILE', `Cannot read "${path}:${line}": expected an object`);
    }
    return [{ value: value as Readonly<Record<string, unknown>>, line }];
  });
  return { bytes, lines };
}

/** True if files of expectations are to be rewritten: `TESTBENCH_UPDATE=1`. */
export function wantsUpdate(): boolean {
  return (process.env['TESTBENCH_UPDATE'] ?? '0') !== '0';
}
