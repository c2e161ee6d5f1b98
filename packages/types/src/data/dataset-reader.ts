/** Options of a data set's format, as the configuration gives them. */
export interface DatasetReadOptions {
  /** What stands between two fields: one character. @default found by looking at the first records */
  readonly delimiter?: string;
  /** False where a quotation mark is a character like any other. @default true */
  readonly quotes?: boolean;
}

/** One data set file, or another stream of bytes, already decompressed. */
export interface DatasetInput {
  /** Streams the bytes from the first to the last. To be called once. */
  bytes(): AsyncIterable<Uint8Array>;
  /**
   * Path of a file with the same bytes, for a format that is not read from start to end. Owned by the caller, and not to be
   * changed. Not to be called together with `bytes`.
   */
  file(): Promise<string>;
}

/** One record of a data set file. */
export interface DatasetEntry {
  /** An object of JSON values; owned by the reader. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Where the record stands in its file, from 1, in the reader's `placeUnit`. At most 2^32 - 1. */
  readonly place: number;
}

/**
 * One format of data sets: turns bytes into records.
 *
 * What all formats share is not its work: files, globs, decompression, fields, ids, sampling, caps on a record, memory. An
 * implementation is tested by `testDatasetReader` of the test kit.
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
  /** Endings of file names, such as `.jsonl`: in lower case, with the dot, without that of a compression. */
  readonly extensions: readonly string[];
  /** What `place` counts, for messages: `line`, `row`, `record`. */
  readonly placeUnit: string;
  /** Options that it reads; any other is refused. @default none */
  readonly options?: readonly (keyof DatasetReadOptions)[];
  /**
   * Whether the first bytes look like this format and no other; used if the file name does not decide. Must not throw.
   *
   * @param start Up to 4 KiB.
   */
  matches?(start: Uint8Array): boolean;
  /**
   * Gives the records in order. Its memory does not grow with their number, and nothing is read before the first is asked for; a
   * mistake is thrown after the records before it were given.
   *
   * @throws {DatasetFormatError} The bytes are not of this format.
   */
  read(input: DatasetInput, options: DatasetReadOptions): AsyncIterable<DatasetEntry>;
}
