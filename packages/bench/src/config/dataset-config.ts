/** Formats of a dataset file. */
export const DATASET_FORMATS = ['jsonl', 'csv'] as const;

/** Format of a dataset file: one JSON object a line, or comma-separated values under a header line. */
export type DatasetFormat = (typeof DATASET_FORMATS)[number];

/** Where the records come from. */
export interface DatasetConfig {
  /** The file. A relative path starts at the folder of the configuration file. */
  readonly path: string;
  /** @default by the file's ending: `.jsonl`, `.ndjson` or `.csv` */
  readonly format?: DatasetFormat;
  /** Records to skip at the start. With `limit`, a shard of the dataset. @default 0 */
  readonly offset?: number;
  /** Records to take at most. @default all */
  readonly limit?: number;
  readonly fields?: FieldsConfig;
}

/**
 * Which field of a record is what. A name may be a path with dots, such as `solution.text`; a field
 * whose own name has a dot in it is found first.
 */
export interface FieldsConfig {
  /** The question: a text. @default 'input' */
  readonly input?: string;
  /** The right answer: any JSON, handed to the evaluators as the record has it. @default 'expected', if there is one */
  readonly expected?: string;
}

/** A data set after checks: its format is known, and defaults are filled in. */
export interface ResolvedDatasetConfig extends DatasetConfig {
  readonly format: DatasetFormat;
  readonly offset: number;
  readonly fields: FieldsConfig & { readonly input: string };
}
