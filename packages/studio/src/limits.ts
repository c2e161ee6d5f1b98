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
export const REQUEST_TIMEOUT_MS = 15_000;
/** An idle connection is kept for the next request of the page. */
export const KEEP_ALIVE_MS = 5_000;
/** How often timed out requests are looked for; Node's own thirty seconds would let a slow client stay that long. */
export const CONNECTION_CHECK_MS = 1_000;
/** Sockets at once: a browser opens six for each host, and somebody has a few tabs. */
export const MAX_SOCKETS = 64;
