/**
 * Largest body size in bytes up to which a loop is repeated eight and four times, by the number of loops around it: none, one, more.
 * Not three times: an interpreter took 1.31 times its time then, and takes 1.00; why is not known.
 */
const REPEATED = [
  [0, 192],
  [0, 480],
  [96, 480],
] as const;

/** Copies of a body that branches out of its loop: each copy pays for itself, and more of them cost up to a fifth. */
export const MOST_WITH_EXITS = 4;

/** Bytes that a small module may grow by wrapping its loops; a large one may double. */
const WRAP_ROOM = 2 ** 16;

/** Bytes that a small module may grow by copies, including all other growth, and the share of a large one. */
const COPY_ROOM = 2 ** 15;
const COPY_SHARE = 0.25;

/**
 * @param written Size of the code written so far.
 * @param read Size of the original's code up to here. Limits grow along the way, so that the last function has its share too.
 * @returns Whether one more loop may be wrapped in blocks.
 */
export function mayWrap(written: number, read: number): boolean {
  return written < 2 * read + WRAP_ROOM;
}

/**
 * How many copies of its body a loop should contain, so that one check covers several iterations.
 *
 * @param bytes Size of the body.
 * @param nesting Number of loops around it, 2 for more.
 * @param written See {@link mayWrap}.
 */
export function copiesOf(bytes: number, nesting: number, written: number, read: number): number {
  const [eight, four] = REPEATED[nesting]!;
  const wanted = bytes <= eight ? 8 : bytes <= four ? 4 : 1;
  const left = COPY_ROOM + (1 + COPY_SHARE) * read - written;
  // No loop takes more than half of the rest.
  return Math.max(1, Math.min(wanted, Math.floor(left / 2 / bytes)));
}

/**
 * Maximum number of loops in a function that are wrapped. An optimising compiler's time and memory grow with their square: on V8 14, 128
 * wrapped loops of three operators take 5 ms, 500 0.4 s, 2,000 18 s and 1.4 GB. Of 90 real modules, few have a function with
 * more, and none of less than 16 MiB has one with more than 392.
 */
export const MAX_WRAPPED_LOOPS = 128;

/**
 * Maximum number of checks in a function that are inlined, as an `if` each; beyond that, they are calls. 500 take 30 ms, 10,000
 * 5 s, and as calls 1 s.
 */
export const MAX_INLINE_CHECKS = 512;

/** Maximum number of calls in a function whose count is in a local, which is stored before each call and loaded after it. */
export const MAX_STORED_CALLS = 1024;
