/** Where the records come from, and which are taken. */
export interface DatasetConfig {
  /**
   * The file, or several; each may be a pattern such as `data/*.jsonl`, whose files come in the order of their names. `-` is the standard
   * input. A relative path starts at the folder of the configuration file. gzip and zstd are found by the first bytes.
   */
  readonly path?: string | readonly string[];
  /** Instead of `path`: records from the program, objects of what JSON has. Read once. */
  readonly records?: Iterable<unknown> | AsyncIterable<unknown>;
  /**
   * `jsonl`, `json`, `csv`, `tsv`, `text`, `parquet`, or the name of a reader of the caller's.
   *
   * @default by the file's ending, or else by its first bytes
   */
  readonly format?: string;
  /** Delimiter of fields in CSV: one character. @default detected from the first records; in TSV, a tab */
  readonly delimiter?: string;
  /** False where a quotation mark in CSV and TSV is a character like any other. @default true */
  readonly quotes?: boolean;
  /** Takes a random sample of this many records, in their order. @default all */
  readonly sample?: SampleConfig;
  /** Mixes the order. @default false */
  readonly shuffle?: boolean | ShuffleConfig;
  /** Records to skip at the start, after sampling and shuffling. With `limit`, a shard of the dataset. @default 0 */
  readonly offset?: number;
  /** Records to take at most. @default all */
  readonly limit?: number;
  readonly fields?: FieldsConfig;
  /** Fields of the record that are kept in its rows. @default none */
  readonly columns?: readonly string[];
}

/** A sample. The same seed draws the same records, on every machine; a larger `n` keeps all of a smaller one. */
export interface SampleConfig {
  /** Records; all, if there are fewer. */
  readonly n: number;
  /** @default 0 */
  readonly seed?: number;
}

/** A random order. The same seed gives the same order on every machine. */
export interface ShuffleConfig {
  /** @default 0 */
  readonly seed?: number;
}

/**
 * Which field of a record is what. A name may be a path with dots, such as `solution.text`; a field
 * whose own name has a dot in it is found first.
 */
export interface FieldsConfig {
  /** The question: a text. @default 'input'; where `messages` is named and there is no such field, the last turn of the user */
  readonly input?: string;
  /** The right answer: any JSON, handed to the evaluators as the record has it. @default 'expected', if there is one */
  readonly expected?: string;
  /** A conversation: a list of messages with `role` and `content`, which the provider gets. @default none */
  readonly messages?: string;
  /** A text or number that no other record has. @default 'id', if there is one, or else the record's index */
  readonly id?: string;
  /** What results are sliced by: a text, number or truth value. @default none */
  readonly group?: string;
  /** A list of evaluators of the record's own, see `readRecordEvaluators`. @default none */
  readonly evaluators?: string;
}

/** The part about data after checks: paths absolute, seeds filled in. */
export interface ResolvedDatasetConfig extends DatasetConfig {
  readonly sample?: Required<SampleConfig>;
  readonly shuffle?: Required<ShuffleConfig>;
  readonly offset: number;
  readonly fields: FieldsConfig & { readonly input: string };
}
