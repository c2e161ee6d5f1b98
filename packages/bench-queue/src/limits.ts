/** Caps of the queue, each with its reason. */

/** Maximum size of a job's data, in bytes: it holds only references, and a million jobs must fit into Redis. */
export const MAX_JOB_BYTES = 2048;
/** Maximum size of a worker's report on a shard, in bytes: times by stage, and the first denials of plugins. */
export const MAX_OUTCOME_BYTES = 64 * 1024;
/** Maximum size of a run's record in Redis, in bytes. */
export const MAX_RECORD_BYTES = 16 * 1024;
/** Maximum size of a run's document, in bytes: its configuration and prompts, which people write; a prompt file may have 4 MiB. */
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;
/** Maximum number of files of a run: as many as a data set may have, plus its plugins. */
export const MAX_FILES = 10_100;
/** Maximum number of paths of attachments that the records of a run name: a worker keeps 300 bytes for each. */
export const MAX_ATTACHED_PATHS = 1_000_000;
/** Maximum size of an entry in the list of attachments, in bytes: a path of 4,096 bytes, each escaped in JSON, and a message. */
export const MAX_ENTRY_BYTES = 32 * 1024;
/** Maximum size of one file, in bytes: data sets of 100 million records are this large. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024 * 1024;
/** Maximum size of a shard's rows, in bytes: they are held in memory, and V8 does not support strings of 512 MiB. */
export const MAX_RESULT_BYTES = 256 * 1024 * 1024;
/** Maximum number of records per shard: as many are repeated when a worker dies. */
export const MAX_SHARD_RECORDS = 100_000;
/** Default number of records per shard. */
export const SHARD_RECORDS = 1000;
/** Default number of jobs in Redis at a time: 2 MB, and more than workers can take between two polls. */
export const WINDOW_JOBS = 1000;
/** Maximum configurable number of jobs in Redis: 200 MB. */
export const MAX_WINDOW_JOBS = 100_000;
/** Maximum number of shards that a worker runs concurrently. */
export const MAX_CONCURRENCY = 256;
/**
 * A worker that does not renew the lock of a shard for this long counts as dead, in milliseconds. With the check below, the shard is back in the queue 3.2 s
 * after its worker died, and has 1.8 s left of the 5 s in which another one begins it.
 */
export const LOCK_MS = 2500;
/** How often a thread of each worker looks for shards of dead workers, in milliseconds. */
export const STALLED_MS = 700;
/** A worker whose own thread does nothing for this long loses its shards, in milliseconds: encoding the largest result takes a few seconds. */
export const HUNG_MS = 60_000;
/** How long a worker waits before it asks a queue again that was gone, in milliseconds. */
export const RETRY_MS = 200;
/** How often a shard may lose its worker before it is set aside: once may be chance, but a shard that kills its process would kill all workers in turn. */
export const MAX_STALLED = 3;
/** Maximum number of attempts at a failing shard. */
export const ATTEMPTS = 4;
/** Wait before the second attempt, in milliseconds; it doubles. */
export const BACKOFF_MS = 500;
/** Number of refused results after which a shard is set aside. */
export const MAX_REFUSALS = 3;
/** How long the coordinator waits between polls for finished jobs, in milliseconds: short enough for people. */
export const POLL_MS = 250;
/** Its longest wait between polls, in milliseconds: long enough to find many shards at once, and to write them as few segments. */
export const MAX_POLL_MS = 1000;
/** A wait takes this part of the time since the start: the last shards of a run wait a twentieth of it at most. */
export const POLLS_A_RUN = 20;
/** Maximum number of adjacent shards that the coordinator writes as one segment: files, flushes and the run's manifest cost more than the rows of a small shard. */
export const TOGETHER_SHARDS = 16;
/** Maximum size of such a segment, in bytes: larger ones are read twice later on. */
export const TOGETHER_BYTES = 4 * 1024 * 1024;
/** Results fetched at a time. */
export const POLL_JOBS = 64;
/** How often a worker checks whether its run continues, and for other runs, in milliseconds. */
export const WATCH_MS = 400;
/** The status of a worker expires after this time, in milliseconds. */
export const WORKER_TTL_MS = 5000;
/** Maximum number of labels of a worker or a run. */
export const MAX_TAGS = 32;
/** Maximum number of base addresses of data that a run may name. */
export const MAX_SOURCES = 4;
/** How long a paid call may hold its reservation after its worker has died, in milliseconds: an attempt has 5 minutes. */
export const HOLD_MS = 6 * 60_000;
/** Age of a reservation from which it is not waited for if its worker is dead, in milliseconds: three times as long as the status of a live one may be overdue. */
export const SILENT_MS = 15_000;
/** Maximum number of denials that a worker returns: hints name the first one of each stage. */
export const MAX_DENIALS = 20;
export const MAX_DENIAL_CHARACTERS = 500;
