/** The first message to the process. */
export interface ParquetTask {
  readonly path: string;
  readonly maxGroupBytes: number;
  readonly maxMetadataBytes: number;
}

/** What the process answers, each time that it is asked for more. */
export type ParquetAnswer =
  /** Rows, as lines of JSON. */
  | { readonly lines: Uint8Array }
  /** There are no more. */
  | { readonly end: true }
  /** What is wrong; with the row, from 1, where it has to do with one. */
  | { readonly problem: string; readonly row?: number };
