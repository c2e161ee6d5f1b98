/** A range of a run's records, by their position in its selection of the data set. */
export interface RunRange {
  /** Position of the first record, from 0. */
  readonly from: number;
  /** Position after the last record. */
  readonly to: number;
}

/** The rows of a range of records, complete and flushed to disk. */
export interface RunSegment extends RunRange {
  readonly rows: number;
  readonly bytes: number;
  /** `sha256:` and the hex digest of the bytes: each row as it was written, and a line feed. */
  readonly digest: string;
}

/**
 * What a run keeps in addition to its rows, each as a text; `inputs` lists the files that it read, which must not be overwritten, and `shard`
 * says which part of a run it is, if it is only a part.
 */
export const RUN_DOCUMENTS = ['plan', 'config', 'inputs', 'summary', 'shard'] as const;

/** Name of a text that a run keeps in addition to its rows. */
export type RunDocument = (typeof RUN_DOCUMENTS)[number];

/** A snapshot of a run: everything in it is complete. */
export interface RunReader {
  /** Complete segments in the order of their records; they do not overlap. */
  readonly segments: readonly RunSegment[];
  /** @returns The text as it was written last, or undefined. */
  document(name: RunDocument): Promise<string | undefined>;
  /**
   * The rows of a segment in order, as texts without line feeds. Fails, at the latest after the last row, if the bytes do not match
   * the segment's digest.
   */
  rows(segment: RunSegment): AsyncIterable<string>;
}

/** A segment being written. It is invisible until it is complete. */
export interface RunSegmentWriter {
  /** Adds a row: a text without line feeds. @returns undefined if there is nothing to wait for, as for most rows of a file. */
  write(row: string): Promise<void> | undefined;
  /**
   * Flushes the rows to disk and lists the segment. Once this has resolved, they outlive the process.
   *
   * @param to Position after the last record.
   */
  complete(to: number): Promise<RunSegment>;
  /** Discards the rows written; does nothing after `complete`. */
  discard(): Promise<void>;
}

/** A run that is being written, by one writer at a time. */
export interface RunWriter extends RunReader {
  /** Unfinished work of an earlier writer that opening removed: sentences for people. */
  readonly repairs: readonly string[];
  /** Begins a segment at a record that no segment has. */
  begin(from: number): Promise<RunSegmentWriter>;
  /** Removes segments from the run, so that their records can be run again. */
  remove(segments: readonly RunSegment[]): Promise<void>;
  writeDocument(name: RunDocument, text: string): Promise<void>;
  /** Lets another writer in. */
  close(): Promise<void>;
}

/**
 * Rows of runs, by range of records. One writer per run; reading needs no lock. First implementation: segments in a folder,
 * `createFolderRuns` of `@testbench/bench`.
 */
export interface RunStore {
  readonly specificationVersion: 'v1';
  /** Names of the existing runs, sorted. */
  list(): Promise<readonly string[]>;
  /** @returns undefined if the run does not exist. Fails if it is damaged, or of a version that this store does not know. */
  read(run: string): Promise<RunReader | undefined>;
  /**
   * Opens a run for writing; creates it if it does not exist.
   *
   * Fails if another writer has it open, in this process or any other; the run of a dead writer is taken over. Its unfinished work
   * is removed, and reported in `repairs`.
   */
  open(run: string): Promise<RunWriter>;
}
