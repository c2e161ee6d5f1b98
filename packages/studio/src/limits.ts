/** Sizes of the studio's server, each with its reason. */

/** Bytes of a request's body, where a route says nothing else: what a form sends is a few kilobytes. */
export const MAX_BODY_BYTES = 256 * 1024;
/** Bytes of a request's headers: a browser's are about two thousand, and Node's own limit is eight times that. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Characters of a request's target: the longest of ours names two runs and a filter. */
export const MAX_TARGET_CHARACTERS = 4096;
/** Until all headers of a request are there: loopback takes a millisecond, so that more is a client that holds the socket. */
export const HEADERS_TIMEOUT_MS = 5_000;
/** Until the whole of a request is there. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** An idle connection is kept for the next request of the page. */
export const KEEP_ALIVE_MS = 5_000;
/** How often timed out requests are looked for; Node's own thirty seconds would let a slow client stay that long. */
export const CONNECTION_CHECK_MS = 1_000;
/** Sockets at once: a browser opens six for each host, and somebody has a few tabs. */
export const MAX_SOCKETS = 64;
/** Streams of events at once: one for each tab that watches a run; the other sockets are for requests. */
export const MAX_STREAMS = 24;
/** How often a run that somebody else writes is looked at: as quickly as a person wants to see it move, and 1 ms of work. */
export const WATCH_EVERY_MS = 1_000;
/** Files and folders of a project that are looked at for runs and data: a second of work. */
export const MAX_SCANNED_ENTRIES = 50_000;
/** Folders within folders: a project has its runs three deep. */
export const MAX_SCANNED_DEPTH = 6;
/** Runs of a list: each is read, which takes some milliseconds. */
export const MAX_LISTED_RUNS = 500;
/** Reports that are kept: making one of 50,000 rows takes seconds, and its texts some 100 MB. */
export const MAX_KEPT_REPORTS = 3;
/** Records of a page of the data browser. */
export const MAX_PAGE_ROWS = 200;
/** Characters of one value in the data browser: the whole of a larger one is of no use in a table. */
export const MAX_VALUE_CHARACTERS = 20_000;
/** Columns of the data browser; the others are in the record itself. */
export const MAX_COLUMNS = 60;
/** Data sets that stay open between two pages. */
export const MAX_OPEN_DATASETS = 4;
/** Labels of a run: as many as `readLabels` reads of the ordinary length. */
export const MAX_LABELS = 200_000;
/** Characters of a note or a name on a label. */
export const MAX_LABEL_CHARACTERS = 2_000;
/** Modules of the project that are read for the gallery: each takes a few milliseconds. */
export const MAX_GALLERY_MODULES = 300;
/** Evaluators that a run is scored with again at once. */
export const MAX_NEW_EVALUATORS = 20;
