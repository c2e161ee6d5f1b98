/** Defaults and caps of the manager; each with its reason. */

/** Plugins loaded at a time: the original system's default. */
export const DEFAULT_MAX_LOADED_PLUGINS = 100;
/** Calls running at a time. Inline calls overlap only when a host callback starts another call; each needs its own stack. */
export const DEFAULT_MAX_CONCURRENT_EXECUTIONS = 64;
/** Calls waiting for a free place; further calls are refused, so that a flood fails fast instead of growing the heap. */
export const MAX_QUEUED_EXECUTIONS = 10_000;
/** Idle instances kept for one plugin: each holds its own linear memory. */
export const MAX_IDLE_INSTANCES = 4;

/** Time from asking a thread to stop until it is terminated. It polls every millisecond or two, but may be compiling or copying. */
export const THREAD_GRACE_MS = 100;
/** The same for a process; it cannot be asked to stop, so this is how late its own deadline may be. */
export const PROCESS_GRACE_MS = 100;
/** The same for a custom runner of the host, if it does not specify one. */
export const DEFAULT_GRACE_MS = 100;
/** JavaScript heap of a runner thread: inputs and outputs in flight, and the engine's own data. Guest memory is not part of it. */
export const THREAD_HEAP_MB = 128;
/**
 * One input to a thread or process, in UTF-16 units: a text that does not fit its heap would end not just the thread but the whole
 * process. Applies if `maxInputBytes` is larger.
 */
export const MAX_RUNNER_INPUT_LENGTH = 32 * 1024 * 1024;
/** JavaScript heap of a child process. */
export const PROCESS_HEAP_MB = 128;
/** Address space of a child process besides its guest's memory; Node takes 1.1 GB of it. */
export const PROCESS_ADDRESS_SPACE_KB = 2_000_000;
/** One message of a child process, outputs included. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;
/**
 * Calls into the guest that one input may need: `_initialize`, metadata and `plugin_init` of a fresh instance, and the call.
 * A runner's quotas are those of one call, times this: a compromised runner does not respect its own.
 */
export const GUEST_CALLS_PER_INPUT = 4;
/** JSON of one message of a child process, or of an answer in shared memory, in bytes: parsing 3 MB of `{},` held a busy host for 1.8 s. */
export const MAX_FRAME_JSON_BYTES = 1024 * 1024;
/** Errors of failed calls in one message, as JSON: together with the rest, well under {@link MAX_FRAME_JSON_BYTES}. */
export const MAX_ERRORS_BYTES = 512 * 1024;
/** Time for starting a runner and loading a module there, in addition to the plugin's own time limit. */
export const LOAD_TIMEOUT_MS = 10_000;
/** Inputs that cross to a runner in one message: enough to make the crossing cheap, few enough to distribute them. */
export const MAX_BATCH_INPUTS = 64;
/** Their total length in UTF-16 units; a single longer input is still sent. */
export const MAX_BATCH_BYTES = 1024 * 1024;
/** Memory in which a host leaves calls for a thread: a batch of ASCII at {@link MAX_BATCH_BYTES}. What is longer is posted. */
export const ROOM_CALL_BYTES = 1280 * 1024;
/** The same for answers: the default limit of an output fits. */
export const ROOM_ANSWER_BYTES = 1280 * 1024;
/** An answer passed to the next stage in the same thread, in UTF-16 units: each later stage holds another copy. */
export const MAX_PIPELINE_ANSWER_LENGTH = 1024 * 1024;
/** Outputs of one message from a pipeline, in bytes; one more item may be added beyond it. */
export const MAX_PIPELINE_OUTPUT_BYTES = 8 * 1024 * 1024;
/** Plugins of one pipeline: far more than a benchmark needs, while messages stay small. */
export const MAX_PIPELINE_STAGES = 64;
/**
 * A module up to this length is decoded, metered and compiled on the host's own thread, which takes 1 ms for real modules and 50 ms
 * for the worst hostile ones; starting a thread takes as long. A longer one is prepared in a thread.
 */
export const MAX_PREPARED_HERE_BYTES = 64 * 1024;
/**
 * A module that was loaded as bytes is kept up to this length, to report where it failed: real ones have some 100 kB, and a host may have a
 * hundred. A module from a file is read again.
 */
export const MAX_KEPT_MODULE_BYTES = 1024 * 1024;
/** Threads that prepare modules: a hostile module takes seconds, and must not keep all others waiting. */
export const MAX_PREPARING_THREADS = 2;
/** JavaScript heap of such a thread. A module at all caps takes less than 128 MB. */
export const PREPARING_HEAP_MB = 512;
/** An idle thread or process ends after this time. */
export const RUNNER_IDLE_MS = 30_000;
/** Child processes of one plugin: one plugin never occupies a whole machine. */
export const DEFAULT_MAX_PROCESSES_PER_PLUGIN = 2;
/** Time for running calls when a version is replaced; then they are ended. */
export const DEFAULT_DRAIN_TIMEOUT_MS = 30_000;
/** Maximum time of `plugin_shutdown`: its result is not awaited, and other plugins need its thread. */
export const SHUTDOWN_TIMEOUT_MS = 1000;
/** How long closing waits for all plugins to shut down; then threads and processes are ended. */
export const CLOSE_TIMEOUT_MS = 5000;
/** Inline batches and streams yield the thread after this time: a tenth of what people notice. */
export const MAX_TURN_MS = 10;
/** Inputs of a batch that a plugin of the host's own processes at a time: it usually waits for networks. */
export const MAX_HOST_CALLS_PER_BATCH = 16;
/** Inputs of one batch: far more than fit into memory with their results. A list with a billion holes is a mistake. */
export const MAX_BATCH_LENGTH = 1_000_000;
/** Calls that are waiting for answers to their asks, over all plugins: each holds its input, but no thread or instance. */
export const MAX_ASKING_CALLS = 10_000;
/** Inputs of one batch that wait for answers at a time: as many as a plugin's sockets to one server. */
export const MAX_ASKING_PER_BATCH = 256;
/** Consecutive crashes until a plugin is suspended. Three: two may be caused by others. */
export const MAX_CRASHES_IN_A_ROW = 3;
/** How long its first suspension lasts; each further one is twice as long. */
export const QUARANTINE_MS = 1000;
/** The longest suspension. */
export const MAX_QUARANTINE_MS = 60_000;
/** From this many concurrent calls on, one place is kept free of any single plugin. */
export const MIN_PLACES_TO_SHARE = 8;
/** A watched file counts as changed when it has been quiet for this long: writers take several steps. */
export const WATCH_QUIET_MS = 100;
/** How often a watched file is checked, in case no notification of a change arrives: a check costs 20 us. */
export const WATCH_POLL_MS = 500;

/** The module of a wire protocol's adapter, which is sent to each runner: one for Extism with its kernel would be some 50 kB. */
export const MAX_PROTOCOL_BYTES = 1024 * 1024;
