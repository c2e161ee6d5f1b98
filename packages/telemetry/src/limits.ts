/** Caps on the data that leaves the process, each with its reason. Names and codes in it come from plugins and configurations. */

/** Maximum length of an attribute or a label: names of models and plugins are far shorter, and a backend indexes each. */
export const MAX_LABEL_CHARACTERS = 128;
/** Maximum length of an explanation, which is only sent on request: SDKs and backends silently truncate or drop longer texts. */
export const MAX_TEXT_CHARACTERS = 4096;
/** Maximum number of distinct values per label; further ones count as `other`. A backend keeps a series for each, and so does `/metrics`. */
export const MAX_LABEL_VALUES = 100;
/** Maximum number of series per metric at `/metrics`: labels multiply. Further ones are counted in one series whose labels are all `other`. */
export const MAX_SERIES = 2000;
/** Maximum number of stages of a run or shard that get spans; plans have a few, records may name a few more. */
export const MAX_STAGE_SPANS = 300;
/** Maximum number of runs and shards open at once in a process; a worker has as many as it runs concurrently. */
export const MAX_OPEN_SPANS = 1000;
/** Maximum number of concurrent sockets of the metrics server: a scraper and two probes need three. */
export const MAX_CONNECTIONS = 32;
/** Timeout for the whole head of a request: a scraper sends it at once. */
export const REQUEST_TIMEOUT_MS = 5_000;
/** Maximum size of a request's head. */
export const MAX_HEADER_BYTES = 8 * 1024;
/** Timeout for all checks of `/readyz`: probes give up after one or a few seconds. */
export const READY_TIMEOUT_MS = 2_000;
/** The answer of `/readyz` is cached for this long, so that a thousand requests per second do not query Redis as often. */
export const READY_KEPT_MS = 1_000;
