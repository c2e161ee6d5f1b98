/** Options of a data set's format, as the configuration gives them. */
export interface DatasetReadOptions {
  /** The separator between two fields: one character. @default detected from the first records */
  readonly delimiter?: string;
  /** False if a quotation mark is an ordinary character. @default true */
  readonly quotes?: boolean;
}

/** One data set file, or another stream of bytes, already decompressed. */
export interface DatasetInput {
  /** Streams the bytes from first to last. Call it only once. */
  bytes(): AsyncIterable<Uint8Array>;
  /**
   * Path of a file with the same bytes, for a format that is not read from start to end. Owned by the caller; do not change
   * it. Do not call this together with `bytes`.
   */
  file(): Promise<string>;
}

/** One record of a data set file. */
export interface DatasetEntry {
  /** An object of JSON values; owned by the reader. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Position of the record in its file, from 1, in the reader's `placeUnit`. At most 2^32 - 1. */
  readonly place: number;
}

/**
 * A data set format: turns bytes into records.
 *
 * It does not handle what all formats share: files, globs, decompression, fields, ids, sampling, caps on a record, memory. Test an
 * implementation with `testDatasetReader` of the test kit.
 *
 * @example
 * ```ts
 * import { DatasetFormatError } from '@testbench/types/errors';
 * import type { DatasetReader } from '@testbench/types/stores';
 *
 * const tags: DatasetReader = {
 *   specificationVersion: 'v1',
 *   name: 'tags',
 *   extensions: ['.tags'],
 *   placeUnit: 'tag',
 *   async *read(input) {
 *     let text = '';
 *     for await (const chunk of input.bytes()) text += new TextDecoder().decode(chunk);
 *     for (const [index, tag] of text.split('#').entries()) {
 *       if (tag === '') throw new DatasetFormatError('expected a tag, found nothing', index + 1);
 *       yield { record: { input: tag }, place: index + 1 };
 *     }
 *   },
 * };
 * tags.extensions; // => ['.tags']
 * ```
 */
export interface DatasetReader {
  readonly specificationVersion: 'v1';
  /** What the configuration calls the format: lower-case letters, digits and `-`. */
  readonly name: string;
  /** File name extensions, such as `.jsonl`: in lower case, with the dot, without the extension of a compression. */
  readonly extensions: readonly string[];
  /** What `place` counts, for messages: `line`, `row`, `record`. */
  readonly placeUnit: string;
  /** Options that it reads; any other is rejected. @default none */
  readonly options?: readonly (keyof DatasetReadOptions)[];
  /**
   * Whether the first bytes look like this format and no other; used if the file name does not settle it. Must not throw.
   *
   * @param start Up to 4 KiB.
   */
  matches?(start: Uint8Array): boolean;
  /**
   * Yields the records in order. Its memory use does not grow with their number, and nothing is read before the first is requested. An
   * error is thrown after the records before it were yielded.
   *
   * @throws {DatasetFormatError} The bytes are not in this format.
   */
  read(input: DatasetInput, options: DatasetReadOptions): AsyncIterable<DatasetEntry>;
}
