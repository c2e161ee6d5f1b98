/** The first message to the process. */
export interface ParquetTask {
  readonly path: string;
  readonly maxGroupBytes: number;
  readonly maxMetadataBytes: number;
}

/** The answers of the process, one for each request. */
export type ParquetAnswer =
  /** Rows, as lines of JSON. */
  | { readonly lines: Uint8Array }
  /** There are no more rows. */
  | { readonly end: true }
  /** The problem, with the row, counted from 1, if it concerns one. */
  | { readonly problem: string; readonly row?: number };
