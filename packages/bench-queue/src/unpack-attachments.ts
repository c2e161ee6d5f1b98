import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ArrivedAttachments, AttachedContent } from '@testbench/bench/shards';
import { type ConfigNode, readOptions } from '@testbench/types/config';

import { QueueError } from './errors.js';
import type { FetchFile } from './fetch-file.js';
import { hexOf } from './folder-share.js';
import { MAX_ATTACHED_PATHS, MAX_ENTRY_BYTES } from './limits.js';
import { type FileReference, readFileReference, readMessage } from './message.js';
import type { DocumentAttachments } from './run-document.js';

type Problem = Exclude<AttachedContent, { bytes: unknown }>;

/** A path that records name, in the list of a run's attachments; exactly one of `content` and `problem`. */
interface AttachmentEntry {
  readonly file: number;
  readonly path: string;
  readonly content?: FileReference;
  /** Why the file could not be read where the run was planned. */
  readonly problem?: Problem;
}

/**
 * Fetches what a plan knows of the attachments of a run, and finds the attachments themselves: each is fetched when the first of its records is run.
 *
 * @param folder Folder of this run on this machine.
 * @param data Files of the data set on this machine, in order.
 * @throws {QueueError} `QUEUE_MESSAGE_INVALID` and the errors of `fetchFile`.
 */
export async function unpackAttachments(
  { table, list, files, paths }: DocumentAttachments,
  folder: string,
  data: readonly string[],
  fetchFile: FetchFile,
): Promise<ArrivedAttachments> {
  const place = (file: FileReference): string => join(folder, 'attachments', hexOf(file.digest));
  for (const file of [table, list]) await fetchFile(file, place(file), 'attachment');
  const entries = await readEntries(place(list));
  const numbers = new Map(data.map((path, index) => [path, index]));
  return {
    state: { table: await readFile(place(table)), files, paths },
    async read(file, path) {
      const { content, problem } = entries.get(keyOf(numbers.get(file) ?? 0, path)) ?? {};
      if (problem !== undefined) return problem;
      if (content === undefined) throw invalid(`it lacks ${JSON.stringify(path)}`);
      await fetchFile(content, place(content), 'attachment');
      return { bytes: await readFile(place(content)) };
    },
  };
}

async function readEntries(path: string): Promise<ReadonlyMap<string, AttachmentEntry>> {
  const entries = new Map<string, AttachmentEntry>();
  await using file = await open(path);
  for await (const line of file.readLines()) {
    const entry = readEntry(line);
    entries.set(keyOf(entry.file, entry.path), entry);
    if (entries.size > MAX_ATTACHED_PATHS) throw invalid(`more than ${MAX_ATTACHED_PATHS} paths`);
  }
  return entries;
}

function readEntry(line: string): AttachmentEntry {
  return readMessage<AttachmentEntry>(
    'the attachments of a run',
    line,
    MAX_ENTRY_BYTES,
    {
      file: (node) => node.wholeNumber(0),
      path: (node) => node.text(),
      content: readFileReference,
      problem: readProblem,
    },
    ['file', 'path'],
  );
}

function readProblem(node: ConfigNode): Problem {
  return readOptions<Problem>(
    node.value,
    {
      code: (code) =>
        code.oneOf([
          'BENCH_ATTACHMENT_UNREADABLE',
          'BENCH_ATTACHMENT_INVALID',
          'BENCH_ATTACHMENT_LIMIT',
        ]),
      state: (state) => state.text(),
    },
    node.path,
    ['code', 'state'],
  );
}

function keyOf(file: number, path: string): string {
  return `${file}\0${path}`;
}

function invalid(state: string): QueueError {
  return new QueueError('QUEUE_MESSAGE_INVALID', `Cannot read the attachments of a run: ${state}`);
}
