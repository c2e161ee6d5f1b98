import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import {
  lockFile,
  OutputFile,
  type OutputInput,
  syncFolder,
  writeOutput,
  makeFolder,
} from '@testbench/core/files';
import type {
  RunDocument,
  RunRange,
  RunSegment,
  RunSegmentWriter,
  RunWriter,
} from '@testbench/types/stores';

import { BenchError } from '../../errors.js';
import { guardReading, guardWriting } from './guard-files.js';
import { formatManifest } from './manifest.js';
import { readSegment } from './read-segment.js';
import {
  documentName,
  MANIFEST_FILE,
  readDocument,
  readManifest,
  SEGMENTS_FOLDER,
} from './run-reader.js';
import { SegmentFile, segmentName } from './segment-file.js';

const LOCK_FILE = 'lock';
const SEGMENT_NAME = /^\d+-\d+\.jsonl$/;

/**
 * Opens a run's folder for writing, and removes what a dead writer left unfinished.
 *
 * @param inputs Files that are neither written over nor removed.
 * @throws {BenchError} `BENCH_RUN_LOCKED`, `BENCH_OUTPUT_FAILED`, `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`, `BENCH_RUN_UNREADABLE`.
 */
export async function openFolder(
  folder: string,
  inputs: readonly OutputInput[],
): Promise<RunWriter> {
  return await guardWriting(folder, async () => {
    const segmentsFolder = join(folder, SEGMENTS_FOLDER);
    makeFolder(segmentsFolder);
    // What looks like a leftover is removed there.
    if (!(await lstat(segmentsFolder)).isDirectory()) {
      throw new BenchError(
        'BENCH_OUTPUT_FAILED',
        `Cannot write results to ${JSON.stringify(segmentsFolder)}: it is a link, and must be a folder`,
        { file: segmentsFolder },
      );
    }
    const unlock = lockFile(
      join(folder, LOCK_FILE),
      (who) =>
        new BenchError(
          'BENCH_RUN_LOCKED',
          `Cannot write run ${JSON.stringify(folder)}: ${who} is writing it; wait for that process, or end it`,
          { file: folder },
        ),
    );
    try {
      const listed = await readManifest(folder);
      const { segments, repairs } = await tidy(folder, listed ?? [], inputs);
      const writer = new FolderWriter(folder, inputs, segments, repairs, unlock);
      if (listed?.length !== segments.length) await writer.writeManifest(segments);
      return writer;
    } catch (error) {
      unlock();
      throw error;
    }
  });
}

/** Removes files that no manifest lists, and forgets segments whose file is gone. */
async function tidy(
  folder: string,
  listed: readonly RunSegment[],
  inputs: readonly OutputInput[],
): Promise<{ segments: readonly RunSegment[]; repairs: readonly string[] }> {
  const repairs: string[] = [];
  const known = new Map(listed.map((segment) => [segmentName(segment), segment]));
  const present = new Set<string>();
  const places = [folder, join(folder, SEGMENTS_FOLDER)];
  for (const place of places) {
    for (const name of await readdir(place)) {
      const path = join(place, name);
      const isSegment = place !== folder && SEGMENT_NAME.test(name);
      if (isSegment && known.has(name)) present.add(name);
      else if (isSegment || OutputFile.isTemporary(name)) {
        await checkNoInput(path, inputs);
        const { size } = await lstat(path);
        await rm(path);
        repairs.push(
          `removed ${JSON.stringify(path)}: ${size} bytes of a segment that was not complete when its writer ended`,
        );
      }
    }
  }
  const segments = listed.filter((segment) => present.has(segmentName(segment)));
  for (const segment of listed) {
    if (present.has(segmentName(segment))) continue;
    const path = join(folder, SEGMENTS_FOLDER, segmentName(segment));
    repairs.push(
      `${JSON.stringify(path)} is not there any more: records ${segment.from} to ${segment.to - 1} are run again`,
    );
  }
  return { segments, repairs };
}

/** What looks like a leftover may be a data set. */
async function checkNoInput(path: string, inputs: readonly OutputInput[]): Promise<void> {
  // A link that leads nowhere, or in a circle, is not a data set.
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  for (const input of inputs) {
    const other = await stat(input.path).catch(() => undefined);
    if (other === undefined || other.dev !== found.dev || other.ino !== found.ino) continue;
    throw new BenchError(
      'BENCH_OUTPUT_FAILED',
      `Cannot write results to ${JSON.stringify(path)}: it is ${input.what}, which must stay`,
      { file: path },
    );
  }
}

class FolderWriter implements RunWriter {
  #segments: readonly RunSegment[];
  /** Manifests are written one after another. */
  #writing: Promise<void> = Promise.resolve();
  /** The next manifest write: changes that arrive during a write share the next one. */
  #next: Promise<void> = Promise.resolve();
  #changes: ((segments: readonly RunSegment[]) => readonly RunSegment[])[] = [];
  readonly #unlock: () => void;
  #isClosed = false;

  constructor(
    readonly folder: string,
    readonly inputs: readonly OutputInput[],
    segments: readonly RunSegment[],
    readonly repairs: readonly string[],
    unlock: () => void,
  ) {
    this.#segments = segments;
    this.#unlock = unlock;
  }

  get segments(): readonly RunSegment[] {
    return this.#segments;
  }

  async document(name: RunDocument): Promise<string | undefined> {
    return await readDocument(this.folder, name);
  }

  rows(segment: RunSegment): AsyncIterable<string> {
    return readSegment(join(this.#segmentsFolder, segmentName(segment)), segment);
  }

  async begin(from: number): Promise<RunSegmentWriter> {
    this.#checkFree({ from, to: from + 1 });
    return await SegmentFile.open(this.#segmentsFolder, from, async (segment) => {
      this.#checkFree(segment);
      await guardWriting(this.folder, () => syncFolder(this.#segmentsFolder));
      await this.#change((segments) => segments.toSpliced(placeOf(segments, segment), 0, segment));
    });
  }

  async remove(segments: readonly RunSegment[]): Promise<void> {
    const gone = new Set(segments.map(segmentName));
    await this.#change((known) => known.filter((segment) => !gone.has(segmentName(segment))));
    await guardWriting(this.folder, async () => {
      for (const name of gone) {
        const path = join(this.#segmentsFolder, name);
        await checkNoInput(path, this.inputs).catch(ignoreMissing);
        await rm(path, { force: true });
      }
    });
  }

  async writeDocument(name: RunDocument, text: string): Promise<void> {
    await this.#write(documentName(name), text);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing;
    await guardReading(this.folder, async () => this.#unlock());
  }

  async writeManifest(segments: readonly RunSegment[]): Promise<void> {
    await this.#write(MANIFEST_FILE, formatManifest(segments));
  }

  get #segmentsFolder(): string {
    return join(this.folder, SEGMENTS_FOLDER);
  }

  async #write(name: string, text: string): Promise<void> {
    await guardWriting(this.folder, async () => {
      const path = join(this.folder, name);
      // Outputs follow links: a link in a run from elsewhere may point to any file.
      const there = await lstat(path).catch(ignoreMissing);
      if (there?.isFile() === false) {
        throw new BenchError(
          'BENCH_OUTPUT_FAILED',
          `Cannot write results to ${JSON.stringify(path)}: it is not a regular file`,
          { file: path },
        );
      }
      await writeOutput(path, text, { inputs: this.inputs });
      await syncFolder(this.folder);
    });
  }

  /** This object always matches the disk: it changes only when the manifest is written. */
  async #change(change: (segments: readonly RunSegment[]) => readonly RunSegment[]): Promise<void> {
    this.#changes.push(change);
    if (this.#changes.length === 1) this.#next = this.#writeNext();
    await this.#next;
  }

  /** Writes all changes that have arrived by the time the previous manifest is written. */
  async #writeNext(): Promise<void> {
    const before = this.#writing;
    const write = async (): Promise<void> => {
      await before;
      const changes = this.#changes;
      this.#changes = [];
      const segments = changes.reduce((all, change) => change(all), this.#segments);
      await this.writeManifest(segments);
      this.#segments = segments;
    };
    const writing = write();
    this.#writing = writing.catch(() => {});
    await writing;
  }

  #checkFree({ from, to }: RunRange): void {
    const place = placeOf(this.#segments, { from });
    // Segments do not overlap: only the neighbours can.
    const other = this.#segments
      .slice(Math.max(0, place - 1), place + 1)
      .find((segment) => segment.from < to && from < segment.to);
    if (other === undefined) return;
    throw new RangeError(
      `Cannot write records ${from} to ${to - 1}: the run has ${other.from} to ${other.to - 1}`,
    );
  }
}

/** Where a segment belongs among those in order: a run may have a hundred thousand, and each new one is compared with them. */
function placeOf(segments: readonly RunSegment[], { from }: Pick<RunSegment, 'from'>): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.from < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
