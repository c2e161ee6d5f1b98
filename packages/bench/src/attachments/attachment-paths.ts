import { dirname } from 'node:path';

import { MAX_ATTACHMENTS } from '@testbench/types/config';

import { AttachmentProblem } from './attachment-error.js';
import type { AttachmentSource } from './attachment-source.js';
import type { ArrivedAttachments, AttachedContent, AttachedPath } from './carried-attachments.js';
import type { AttachedRecord } from './read-attachments.js';
import { pathProblem, readWithin } from './read-within.js';

/** Where paths lead that records name: into the folder of their file, into one folder for all, or to files of another machine. */
export interface AttachmentPathsOptions {
  /** Where all paths start. @default the folder of the file of the data set */
  readonly attachmentsDir?: string | undefined;
  /** Whether records come from files. */
  readonly hasFiles: boolean;
  readonly arrived: ArrivedAttachments | undefined;
}

type SourcesOfRecord = Pick<AttachedRecord, 'file'> & {
  readonly sources: readonly AttachmentSource[];
};

/** The files that records name by a path. */
export class AttachmentPaths {
  readonly #options: AttachmentPathsOptions;

  constructor(options: AttachmentPathsOptions) {
    this.#options = options;
  }

  /** Where paths of a file of the data set start; undefined if the records have no file. */
  folderOf(file: string): string | undefined {
    const { attachmentsDir, hasFiles } = this.#options;
    return attachmentsDir ?? (hasFiles ? dirname(file) : undefined);
  }

  /** @param file The file of the data set that names the path. @throws {AttachmentProblem} */
  async read(file: string, path: string): Promise<Uint8Array> {
    const { arrived } = this.#options;
    if (arrived !== undefined) {
      const problem = pathProblem(path);
      if (problem !== undefined) throw problem;
      const content = await arrived.read(file, path);
      if ('bytes' in content) return content.bytes;
      throw new AttachmentProblem(content.code, content.state);
    }
    const folder = this.folderOf(file);
    if (folder !== undefined) return await readWithin(folder, path);
    throw new AttachmentProblem(
      'BENCH_ATTACHMENT_UNREADABLE',
      'its path starts nowhere: the records come from no file; set `dataset.attachmentsDir`',
    );
  }

  /**
   * Reads every path that records name, each once.
   *
   * @param batches The records, in order.
   * @param files Files of the data set.
   */
  async *readAll(
    batches: AsyncIterable<readonly SourcesOfRecord[]>,
    files: readonly string[],
  ): AsyncGenerator<readonly AttachedPath[]> {
    const places = new Map(files.map((file, index) => [file, index]));
    const seen = new Set<string>();
    for await (const records of batches) {
      const found: Promise<AttachedPath>[] = [];
      for (const { file, sources } of records) {
        const place = places.get(file) ?? 0;
        // More than allowed are not read by any process.
        if (sources.length > MAX_ATTACHMENTS) continue;
        for (const path of pathsOf(sources)) {
          const key = `${place}\0${path}`;
          // Every process says by itself what is wrong with a path.
          if (seen.has(key) || pathProblem(path) !== undefined) continue;
          seen.add(key);
          const content = this.#contentOf(file, path);
          found.push(content.then((each) => ({ file: place, path, content: each })));
        }
      }
      if (found.length > 0) yield await Promise.all(found);
    }
  }

  async #contentOf(file: string, path: string): Promise<AttachedContent> {
    try {
      return { bytes: await this.read(file, path) };
    } catch (error) {
      if (!(error instanceof AttachmentProblem)) throw error;
      const { code, state } = error;
      return { code, state };
    }
  }
}

/** The paths among the attachments of a record. */
export function pathsOf(sources: readonly AttachmentSource[]): readonly string[] {
  return sources.flatMap(({ content }) => (content.kind === 'path' ? [content.path] : []));
}
