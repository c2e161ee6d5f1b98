import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { digestOf, makeFolder, writeOutput } from '@testbench/core/files';

import type { ResultRow } from '../results/result-row.js';
import { guardWriting } from '../results/store/guard-files.js';
import { readRegular } from '../results/store/open-regular.js';
import type { AttachmentOutcome } from './attachment-plan.js';
import { MAX_KEPT_IMAGE_BYTES, MAX_KEPT_IMAGES_BYTES } from './limits.js';
import { findMediaType } from './media-type.js';
import type { AttachmentFacts } from './read-attachments.js';
import { isShownImage, isShownType } from './shown-images.js';

/** Folder of the kept images, within a run's folder. */
const IMAGES_FOLDER = 'images';
const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** An image that a run kept, checked again. */
export interface KeptImage {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Keeps the images of a run's records for those who look at it, each once, named by its digest. */
export class ImageKeeper {
  readonly #folder: string;
  readonly #kept: Set<string>;
  #bytes: number;

  private constructor(folder: string, kept: Set<string>, bytes: number) {
    this.#folder = folder;
    this.#kept = kept;
    this.#bytes = bytes;
  }

  /** @throws {BenchError} `BENCH_OUTPUT_FAILED`. */
  static async open(run: string): Promise<ImageKeeper> {
    const folder = join(run, IMAGES_FOLDER);
    return await guardWriting(folder, async () => {
      const names = await readdir(folder).catch(() => []);
      let bytes = 0;
      for (const name of names) bytes += (await stat(join(folder, name))).size;
      return new ImageKeeper(folder, new Set(names), bytes);
    });
  }

  /**
   * Keeps the images of a record that are not kept yet, unless a filter took them from all rows, and as long as there is room.
   *
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`.
   */
  readonly keep = async (files: AttachmentOutcome, rows: readonly ResultRow[]): Promise<void> => {
    if ('error' in files || !rows.some((row) => row.attachments !== undefined)) return;
    for (const { facts, bytes } of files.attachments) await this.#put(facts, bytes);
  };

  /** Whether `keep` could keep an image of these rows, as far as the rows say. */
  wants(rows: readonly ResultRow[]): boolean {
    return rows.some((row) => row.attachments?.some((facts) => this.#hasRoom(facts)) === true);
  }

  /**
   * Keeps what another run kept.
   *
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`.
   */
  async keepFrom(run: string): Promise<void> {
    for (const name of await readdir(join(run, IMAGES_FOLDER)).catch(() => [])) {
      const digest = `sha256:${name}`;
      const image = await readKeptImage(run, digest);
      if (image === undefined) continue;
      const { mediaType, bytes } = image;
      await this.#put({ digest, mediaType, bytes: bytes.length }, bytes);
    }
  }

  #hasRoom({ digest, mediaType, bytes }: ImageFacts): boolean {
    return (
      isShownType(mediaType) &&
      bytes <= MAX_KEPT_IMAGE_BYTES &&
      this.#bytes + bytes <= MAX_KEPT_IMAGES_BYTES &&
      !this.#kept.has(nameOf(digest))
    );
  }

  async #put(facts: ImageFacts, bytes: Uint8Array): Promise<void> {
    if (!this.#hasRoom(facts) || !isShownImage(bytes, facts.mediaType)) return;
    const name = nameOf(facts.digest);
    this.#kept.add(name);
    this.#bytes += bytes.length;
    await guardWriting(this.#folder, async () => {
      makeFolder(this.#folder);
      await writeOutput(join(this.#folder, name), bytes);
    });
  }
}

type ImageFacts = Pick<AttachmentFacts, 'digest' | 'mediaType' | 'bytes'>;

function nameOf(digest: string): string {
  return DIGEST.exec(digest)![1]!;
}

/**
 * Reads an image that a run kept: raster data with the digest that a row names, or nothing. The folder of a run may come from anywhere.
 *
 * @param run Folder of the run.
 * @param digest As in a row.
 * @returns Undefined if the run has not kept it, and if what it kept is something else.
 */
export async function readKeptImage(run: string, digest: string): Promise<KeptImage | undefined> {
  const name = DIGEST.exec(digest)?.[1];
  if (name === undefined) return undefined;
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readRegular(join(run, IMAGES_FOLDER, name), MAX_KEPT_IMAGE_BYTES);
  } catch {
    // A link, a pipe, or too large: not an image that a run keeps.
    return undefined;
  }
  if (bytes === undefined || digestOf(bytes) !== digest) return undefined;
  const mediaType = findMediaType(bytes);
  return isShownImage(bytes, mediaType) ? { mediaType, bytes } : undefined;
}
