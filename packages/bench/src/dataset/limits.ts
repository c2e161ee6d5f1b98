/** Limits of a data set, each with its reason. */

/**
 * Longest line and largest record, in bytes: twice the size of a plugin's whole input. A longer record could
 * not be used anyway, and a file without line ends cannot fill memory.
 */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Columns of a CSV file: as many as in common spreadsheets. A record of 80,000 columns costs as much as 5,000 ordinary records. */
export const MAX_COLUMNS = 16_384;
/** Records of a data set: their index takes 16 bytes each, so this many take 1.6 GB. */
export const MAX_RECORDS = 100_000_000;
/** Files of one data set: opening this many takes a second, and a pattern that finds more is probably a mistake. */
export const MAX_DATASET_FILES = 10_000;
/** Characters of a record's id: it names rows, cache entries and lines of reports. */
export const MAX_ID_CHARACTERS = 512;
/** Characters of a group's name, which appears in tables. */
export const MAX_GROUP_CHARACTERS = 512;
/** Messages of one conversation: the longest public ones have a few hundred. */
export const MAX_MESSAGES = 10_000;
/**
 * Limit of a decompressed file: the larger of this many bytes and `MAX_EXPANSION` times its size. Texts shrink to a tenth, a gzip
 * bomb to a thousandth and a zstd bomb to a millionth, which would keep a run busy for days.
 */
export const MAX_FREE_EXPANSION_BYTES = 64 * 1024 * 1024;
/** See {@link MAX_FREE_EXPANSION_BYTES}. */
export const MAX_EXPANSION = 200;
/** Bytes of records that are kept in memory before they go to a temporary file: enough for the records of most programs. */
export const MAX_SPOOL_MEMORY_BYTES = 4 * 1024 * 1024;
/** Bytes of a temporary copy of records: on most machines, this stops an endless source before the disk is full. */
export const MAX_SPOOL_BYTES = 64 * 1024 * 1024 * 1024;
/** Uncompressed bytes of a row group of a Parquet file: common writers make groups of at most 128 MiB. */
export const MAX_PARQUET_GROUP_BYTES = 256 * 1024 * 1024;
/** Bytes of the footer of a Parquet file: 100 columns in 1,000 groups take some 20 MiB. */
export const MAX_PARQUET_METADATA_BYTES = 64 * 1024 * 1024;
/** Memory for the objects of the process that decodes Parquet, in MiB: a piece of 8 MiB takes a tenth of it. */
export const MAX_PARQUET_HEAP_MIB = 512;
/** Time limit of the process for one answer, in milliseconds: a piece takes less than a second, and a busy machine ten times that. */
export const MAX_PARQUET_SILENCE_MS = 20_000;
