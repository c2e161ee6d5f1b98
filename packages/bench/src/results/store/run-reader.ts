import { join } from 'node:path';

import type { RunDocument, RunReader, RunSegment } from '@testbench/types/stores';

import { MAX_DOCUMENT_BYTES, MAX_MANIFEST_BYTES } from '../limits.js';
import { parseManifest } from './manifest.js';
import { readRegular } from './open-regular.js';
import { readSegment } from './read-segment.js';
import { segmentName } from './segment-file.js';

export const MANIFEST_FILE = 'manifest.json';
export const SEGMENTS_FOLDER = 'segments';

/** Name of a document's file. */
export function documentName(name: RunDocument): string {
  return `${name}.json`;
}

/**
 * Reads the current state of a run's folder.
 *
 * @returns undefined if there is no run in it.
 * @throws {BenchError} `BENCH_RUN_UNREADABLE`, `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`.
 */
export async function readFolder(folder: string): Promise<RunReader | undefined> {
  const segments = await readManifest(folder);
  return segments === undefined ? undefined : new FolderReader(folder, segments);
}

/** The segments that a run's manifest lists; undefined if there is none. */
export async function readManifest(folder: string): Promise<readonly RunSegment[] | undefined> {
  const file = join(folder, MANIFEST_FILE);
  const text = await readText(file, MAX_MANIFEST_BYTES);
  return text === undefined ? undefined : parseManifest(text, file).segments;
}

class FolderReader implements RunReader {
  constructor(
    readonly folder: string,
    readonly segments: readonly RunSegment[],
  ) {}

  async document(name: RunDocument): Promise<string | undefined> {
    return await readDocument(this.folder, name);
  }

  rows(segment: RunSegment): AsyncIterable<string> {
    return readSegment(join(this.folder, SEGMENTS_FOLDER, segmentName(segment)), segment);
  }
}

export async function readDocument(folder: string, name: RunDocument): Promise<string | undefined> {
  return await readText(join(folder, documentName(name)), MAX_DOCUMENT_BYTES);
}

/** Undefined if there is no such file. */
async function readText(file: string, maxBytes: number): Promise<string | undefined> {
  return (await readRegular(file, maxBytes))?.toString('utf8');
}
