/** Sizes of the studio's server, each with its reason. */

/** Default maximum bytes of a request's body: a form sends a few kilobytes. */
export const MAX_BODY_BYTES = 256 * 1024;
/** Maximum bytes of a request's headers: a browser sends about two thousand, and Node's own limit is eight times that. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Timeout for all headers of a request: loopback takes a millisecond, so a slower client is just holding the socket. */
export const HEADERS_TIMEOUT_MS = 5_000;
/** Timeout for a whole request. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** How long an idle connection is kept for the next request of the page. */
export const KEEP_ALIVE_MS = 5_000;
/** Maximum number of concurrent sockets: a browser opens six per host, and a user may have a few tabs. */
export const MAX_SOCKETS = 64;
/** Maximum number of concurrent event streams: one for each tab that watches a run; the other sockets are for requests. */
export const MAX_STREAMS = 24;
/** How often a run written by another process is checked: often enough to show progress, and 1 ms of work. */
export const WATCH_EVERY_MS = 1_000;
/** Maximum number of files and folders of a project searched for runs and data: a second of work. */
export const MAX_SCANNED_ENTRIES = 50_000;
/** Maximum depth of nested folders: a project has its runs three deep. */
export const MAX_SCANNED_DEPTH = 6;
/** Maximum number of runs in a list: each is read, which takes some milliseconds. */
export const MAX_LISTED_RUNS = 500;
/** Maximum number of reports kept: making one of 50,000 rows takes seconds, and its texts take some 100 MB. */
export const MAX_KEPT_REPORTS = 3;
/** Maximum number of records per page of the data browser. */
export const MAX_PAGE_ROWS = 200;
/** Maximum characters of one value in the data browser: a larger one is useless in a table. */
export const MAX_VALUE_CHARACTERS = 20_000;
/** Maximum number of columns of the data browser; the others are in the record itself. */
export const MAX_COLUMNS = 60;
/** Maximum number of data sets that stay open between two pages. */
export const MAX_OPEN_DATASETS = 4;
/** Maximum number of labels of a run: as many as `readLabels` reads if they have the usual length. */
export const MAX_LABELS = 200_000;
/** Maximum characters of a note or a name on a label. */
export const MAX_LABEL_CHARACTERS = 2_000;
/** Maximum number of the project's modules read for the gallery: each takes a few milliseconds. */
export const MAX_GALLERY_MODULES = 300;
/** Maximum number of evaluators with which a run is scored again at once. */
export const MAX_NEW_EVALUATORS = 20;
