/** One record of a dataset. */
export interface DatasetRecord {
  /** Position among the records of the file, from 0, however few of them are read. Names the record in results. */
  readonly index: number;
  /** Line of the file on which the record ends, from 1. */
  readonly line: number;
  /** Offset in the file at which the record ends, in bytes. */
  readonly endByte: number;
  /** The whole row: an object; in CSV all values are texts. */
  readonly row: Readonly<Record<string, unknown>>;
}
