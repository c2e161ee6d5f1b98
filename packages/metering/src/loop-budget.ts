/** Bytes of a loop's body up to which it is repeated eight, four and three times, by the loops around it: none, one, more. */
const REPEATED = [
  [0, 96, 192],
  [0, 192, 480],
  [96, 192, 480],
] as const;

/** Bytes that a small module may grow by wrapping its loops; a large one may double. */
const WRAP_ROOM = 2 ** 16;

/** Bytes that a small module may grow by copies, all else included, and the share of a large one. */
const COPY_ROOM = 2 ** 15;
const COPY_SHARE = 0.25;

/**
 * @param written Size of the code that is written.
 * @param read Size of the original's code up to here. Limits grow on the way, so that the last function has its share too.
 * @returns Whether there may be blocks around one more loop.
 */
export function mayWrap(written: number, read: number): boolean {
  return written < 2 * read + WRAP_ROOM;
}

/**
 * How often a loop is to hold its body, so that one check serves several turns.
 *
 * @param bytes Size of the body.
 * @param nesting How many loops stand around it, 2 for more.
 * @param written See {@link mayWrap}.
 */
export function copiesOf(bytes: number, nesting: number, written: number, read: number): number {
  const [eight, four, three] = REPEATED[nesting]!;
  const wanted = bytes <= eight ? 8 : bytes <= four ? 4 : bytes <= three ? 3 : 1;
  const left = COPY_ROOM + (1 + COPY_SHARE) * read - written;
  // No loop takes more than half of what is left.
  return Math.max(1, Math.min(wanted, Math.floor(left / 2 / bytes)));
}
