import { constants, type ReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createHash } from 'node:crypto';

import { describeFileError } from '@testbench/core/files';

import { ImportError } from '../errors.js';
import { MAX_DOCUMENT_BYTES, MAX_SAMPLE_BYTES } from '../limits.js';
import { tooLarge } from './split-json.js';

/**
 * Opens a regular file for reading.
 *
 * @throws {ImportError} `IMPORT_UNREADABLE`.
 */
export async function openFile(file: string): Promise<FileHandle> {
  return await guard(file, async () => {
    // Opening a pipe would wait for a writer.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    throw unreadable(file, 'it is not a regular file');
  });
}

/** The bytes of a file, in pieces. */
export async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  await using handle = await openFile(file);
  const stream: ReadStream = handle.createReadStream({ autoClose: false });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (cause) {
    throw wrap(file, cause);
  }
}

/** A whole file as a text. @throws {ImportError} `IMPORT_UNREADABLE`, `IMPORT_TOO_LARGE`. */
export async function readText(file: string, maxBytes = MAX_DOCUMENT_BYTES): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readBytes(file)) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(file, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString()
    .replace(/^\uFEFF/, '');
}

/** The lines of a file that are not empty, with their numbers from 1. */
export async function* readLines(
  file: string,
): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  let line = 0;
  const end = (): string => {
    line += 1;
    const text = Buffer.concat(begun).toString().trim();
    begun = [];
    begunBytes = 0;
    return text;
  };
  for await (const chunk of readBytes(file)) {
    let start = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, start)) {
      begun.push(chunk.subarray(start, at));
      start = at + 1;
      const text = end();
      if (text !== '') yield { line, text };
    }
    begun.push(chunk.subarray(start));
    begunBytes += chunk.length - start;
    if (begunBytes > MAX_SAMPLE_BYTES) throw tooLarge(file, MAX_SAMPLE_BYTES, `line ${line + 1}`);
  }
  const text = end();
  if (text !== '') yield { line, text };
}

/** The first character of a file that is not white space; undefined in an empty file. */
export async function firstCharacter(file: string): Promise<string | undefined> {
  for await (const chunk of readBytes(file)) {
    const found = /[^\s\uFEFF]/.exec(Buffer.from(chunk).toString())?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `sha256:` and the hex digest of files, each by its content. */
export async function digestFiles(files: readonly string[]): Promise<string> {
  const all = createHash('sha256');
  for (const file of files) {
    const one = createHash('sha256');
    for await (const chunk of readBytes(file)) one.update(chunk);
    all.update(one.digest());
  }
  return `sha256:${all.digest('hex')}`;
}

/** @throws {ImportError} `IMPORT_UNREADABLE` for errors of the file system; any other error as it is. */
export async function guard<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw wrap(file, cause);
  }
}

function wrap(file: string, cause: unknown): unknown {
  const state = describeFileError(cause);
  return state === undefined ? cause : unreadable(file, state, cause);
}

function unreadable(file: string, state: string, cause?: unknown): ImportError {
  return new ImportError('IMPORT_UNREADABLE', state, { file, cause });
}
