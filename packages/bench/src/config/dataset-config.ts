/** The source of the records, and the selection from them. */
export interface DatasetConfig {
  /**
   * The file, or several; each may be a pattern such as `data/*.jsonl`, whose files are read in the order of their names. `-` is the standard
   * input. Relative paths start at the folder of the configuration file. gzip and zstd are detected by the first bytes.
   */
  readonly path?: string | readonly string[];
  /** Instead of `path`: records from the program, objects with JSON values. Read once. */
  readonly records?: Iterable<unknown> | AsyncIterable<unknown>;
  /**
   * `jsonl`, `json`, `csv`, `tsv`, `text`, `parquet`, or the name of a reader of the caller.
   *
   * @default by the file's extension, or else by its first bytes
   */
  readonly format?: string;
  /** Delimiter of fields in CSV: one character. @default detected from the first records; in TSV, a tab */
  readonly delimiter?: string;
  /** False to treat a quotation mark in CSV and TSV as an ordinary character. @default true */
  readonly quotes?: boolean;
  /** Takes a random sample of this many records, in their order. @default all */
  readonly sample?: SampleConfig;
  /** Shuffles the order. @default false */
  readonly shuffle?: boolean | ShuffleConfig;
  /** Records to skip at the start, after sampling and shuffling. With `limit`, a shard of the dataset. @default 0 */
  readonly offset?: number;
  /** Maximum number of records to take. @default all */
  readonly limit?: number;
  readonly fields?: FieldsConfig;
  /** Fields of the record that are kept in its rows. @default none */
  readonly columns?: readonly string[];
  /** Fields of a record that name files, or hold their bytes: images, audio, transcripts. @default none */
  readonly attachments?: readonly (string | AttachmentConfig)[];
  /**
   * The folder in which paths of attachments start, and which they must not lead out of. A relative path starts at the folder of the configuration
   * file. @default the folder of the file that a record is in
   */
  readonly attachmentsDir?: string;
}

/** A sample. The same seed draws the same records, on every machine; a larger `n` keeps all of a smaller one. */
export interface SampleConfig {
  /** Number of records; all if there are fewer. */
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
 * Maps fields of a record to their roles. A name may be a path with dots, such as `solution.text`; a field
 * whose own name contains a dot is found first.
 */
export interface FieldsConfig {
  /** The question, a text. @default 'input'; if `messages` is named and there is no such field, the last turn of the user */
  readonly input?: string;
  /** The right answer: any JSON, passed to the evaluators unchanged. @default 'expected', if present */
  readonly expected?: string;
  /** A conversation: a list of messages with `role` and `content`, passed to the provider. @default none */
  readonly messages?: string;
  /** A JSON Schema that the answer is to fit: sent to the provider as `response_format`. An object, or its JSON as a text. @default none */
  readonly schema?: string;
  /**
   * Turns of the user, answered one after the other: a list of texts, or of objects with `content` and maybe `expected`. If the record has neither an
   * input nor messages, the first turn is its input. @default none
   */
  readonly turns?: string;
  /**
   * The tools of a record, instead of all of the configuration's: a list of names of those, or of definitions (`name`, `description`, `parameters`), plain
   * or in the form of OpenAI. A definition with the name of a tool of the configuration is answered by that tool's plugin. @default none
   */
  readonly tools?: string;
  /** A text or number that no other record has. @default 'id', if present, or else the record's index */
  readonly id?: string;
  /** The field by which results are grouped: a text, number or truth value. @default none */
  readonly group?: string;
  /** The record's own list of evaluators, see `readRecordEvaluators`. @default none */
  readonly evaluators?: string;
}

/** A field of records that names files, or holds their bytes. */
export interface AttachmentConfig {
  /** The field, as in `fields`. Its value is a text, an object with `path` or `bytes`, or a list of those. */
  readonly field: string;
  /**
   * How a text is meant: as the `path` of a file, as bytes in `base64`, or as the `text` itself. A data URL is always one.
   *
   * @default 'path'
   */
  readonly encoding?: 'path' | 'base64' | 'text';
  /** What all of its files are, such as `image/png`: a file with other bytes is an error. @default whatever they are */
  readonly mediaType?: string;
  /** Whether models get it; evaluators always do. @default true */
  readonly send?: boolean;
}

/** An attachment field after checks. */
export interface ResolvedAttachmentConfig extends AttachmentConfig {
  readonly encoding: 'path' | 'base64' | 'text';
  readonly send: boolean;
}

/** The data set part after checks: paths absolute, seeds filled in. */
export interface ResolvedDatasetConfig extends DatasetConfig {
  readonly sample?: Required<SampleConfig>;
  readonly shuffle?: Required<ShuffleConfig>;
  readonly offset: number;
  readonly fields: FieldsConfig & { readonly input: string };
  readonly attachments?: readonly ResolvedAttachmentConfig[];
}
