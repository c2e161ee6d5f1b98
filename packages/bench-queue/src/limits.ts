/** Caps of the queue, each with its reason. */

/** Of a job's data, in bytes: it holds references alone, and a million of them have to fit into Redis. */
export const MAX_JOB_BYTES = 2048;
/** Of what a worker says of a shard that it ran, in bytes: times by stage, and the first things that plugins were refused. */
export const MAX_OUTCOME_BYTES = 64 * 1024;
/** Of what Redis has of a run, in bytes. */
export const MAX_RECORD_BYTES = 16 * 1024;
/** Of the document of a run: its configuration and prompts, which people write; a prompt's file may have 4 MiB. */
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;
/** Files of a run: as many as a data set may have, and its plugins. */
export const MAX_FILES = 10_100;
/** Of one file, in bytes: data sets of 100 million records are this large. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024 * 1024;
/** Of the rows of a shard, in bytes: they are held in memory, and V8 has no texts of 512 MiB. */
export const MAX_RESULT_BYTES = 256 * 1024 * 1024;
/** Records of a shard: a worker that dies repeats as many. */
export const MAX_SHARD_RECORDS = 100_000;
/** What a shard has where nobody says. */
export const SHARD_RECORDS = 1000;
/** Jobs in Redis at a time where nobody says: 2 MB of them, and more than workers can take between two looks. */
export const WINDOW_JOBS = 1000;
/** Most jobs that may be asked for: 200 MB of Redis. */
export const MAX_WINDOW_JOBS = 100_000;
/** Shards that a worker runs at a time. */
export const MAX_CONCURRENCY = 256;
/** A worker that is gone for so long is dead, in milliseconds; with the check below a shard is handed to another one within 5 s. */
export const LOCK_MS = 2500;
/** How often workers look for the shards of dead ones, in milliseconds. */
export const STALLED_MS = 700;
/** How often a shard may lose its worker before it is set apart: once may be chance, and a shard that ends its process would end all of them. */
export const MAX_STALLED = 3;
/** Attempts at a shard that fails. */
export const ATTEMPTS = 4;
/** Wait before the second attempt, in milliseconds; it doubles. */
export const BACKOFF_MS = 500;
/** Refused results of a shard before it is set apart. */
export const MAX_REFUSALS = 3;
/** How often the coordinator looks for what is done, in milliseconds. */
export const POLL_MS = 100;
/** Results that are fetched at a time. */
export const POLL_JOBS = 64;
/** How often a worker looks whether its run goes on, and for other runs, in milliseconds. */
export const WATCH_MS = 400;
/** What a worker says of itself is forgotten after this time, in milliseconds. */
export const WORKER_TTL_MS = 5000;
/** Labels of a worker or a run. */
export const MAX_TAGS = 32;
/** Base addresses of data that a run may name. */
export const MAX_SOURCES = 4;
/** How long a paid call may hold what it set aside after its worker has died, in milliseconds: an attempt has 5 minutes. */
export const HOLD_MS = 6 * 60_000;
/** Denials and their texts that a worker hands back: hints name the first of each stage. */
export const MAX_DENIALS = 20;
export const MAX_DENIAL_CHARACTERS = 500;
