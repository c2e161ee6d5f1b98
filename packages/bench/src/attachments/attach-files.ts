import { basename, dirname } from 'node:path';

import { type AttachedFiles, describeAttachments } from './attached-files.js';
import { readAttachments } from './read-attachments.js';
import { readWithin } from './read-within.js';

/** A file for one call. */
interface NamedFile {
  /** Field that the plugin finds it by. */
  readonly field: string;
  readonly path: string;
}

/**
 * Reads files for one call of a plugin, without a data set; the same checks and limits apply as for those of a record.
 *
 * @returns The files, and what `attachments` of the call's data say about them.
 * @throws {BenchError} `BENCH_ATTACHMENT_UNREADABLE`, `BENCH_ATTACHMENT_INVALID` or `BENCH_ATTACHMENT_LIMIT`.
 */
export async function attachFiles(files: readonly NamedFile[]): Promise<AttachedFiles> {
  const sources = files.map(({ field, path }) => ({
    field,
    send: true,
    declared: [],
    content: { kind: 'path' as const, path },
  }));
  const place = { id: 'call', line: 0, file: '' };
  // The caller names them: they may be anywhere, but not be a device or a pipe.
  const read = async (path: string): Promise<Uint8Array> =>
    await readWithin(dirname(path), basename(path));
  return describeAttachments(await readAttachments(sources, place, read));
}
