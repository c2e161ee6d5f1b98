/** Caps of every server, each with its reason; what differs between servers is in their own `limits.ts`. */

/**
 * How often a server looks for connections whose time is up, at most: Node's default of thirty seconds would let a slow client stay
 * that much longer.
 */
export const CONNECTION_CHECK_MS = 1_000;
/** Maximum characters of a request's target: our longest one names two runs and a filter. */
export const MAX_TARGET_CHARACTERS = 4096;
