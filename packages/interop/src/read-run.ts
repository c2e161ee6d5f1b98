import type { ImportedRun } from '@testbench/bench/import';

/** A total that the files state themselves, against which what was read is checked. */
export interface StatedMean {
  /** Name of the metric in the run. */
  readonly metric: string;
  /** What the file calls the total, such as `accuracy`. */
  readonly name: string;
  readonly value: number;
  /** The group of records that it is about. @default all records */
  readonly group?: string;
}

/** What a reader says of its files. */
export interface FoundRun extends ImportedRun {
  readonly format: ImportFormat;
  /** The files that it was read from. */
  readonly files: readonly string[];
  /** Totals of the files; complete when all cases have been read. */
  readonly stated: readonly StatedMean[];
  /** Number of cases that the files state; undefined if they do not. */
  readonly statedCases?: number;
  /** What a reader should know; complete when all cases have been read. */
  readonly notes: readonly string[];
}

/** The formats of other tools. */
export type ImportFormat = 'inspect' | 'lm-eval' | 'helm';
