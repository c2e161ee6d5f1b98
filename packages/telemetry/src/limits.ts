/** Caps of what leaves the process, each with its reason. Names and codes in it come from plugins and configurations. */

/** Of an attribute or a label: names of models and plugins are far shorter, and a backend indexes each. */
export const MAX_LABEL_CHARACTERS = 128;
/** Of an explanation, which is only sent if it is asked for: SDKs and backends cut or drop longer texts without a word. */
export const MAX_TEXT_CHARACTERS = 4096;
/** Values of one label that are kept apart; those behind count as `other`. A backend keeps a series for each, and so does `/metrics`. */
export const MAX_LABEL_VALUES = 100;
/** Series of one metric at `/metrics`: labels multiply. Those behind are counted in one series whose labels are all `other`. */
export const MAX_SERIES = 2000;
/** Stages of a run or shard that have spans; plans have a few, records may name a few more. */
export const MAX_STAGE_SPANS = 300;
/** Runs and shards that are open at once in a process; a worker has as many as it runs side by side. */
export const MAX_OPEN_SPANS = 1000;
/** Sockets of the server of metrics at once: a scraper and two probes have three. */
export const MAX_CONNECTIONS = 32;
/** For the whole head of a request: a scraper sends it at once. */
export const REQUEST_TIMEOUT_MS = 5_000;
/** Of a request's head. */
export const MAX_HEADER_BYTES = 8 * 1024;
/** For all checks of `/readyz`: probes give up after a second or a few. */
export const READY_TIMEOUT_MS = 2_000;
/** The answer of `/readyz` is kept for so long, so that a thousand requests a second do not ask Redis as often. */
export const READY_KEPT_MS = 1_000;
