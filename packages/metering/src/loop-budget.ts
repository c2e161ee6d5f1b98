/** Bytes of a loop's body up to which it is repeated eight, four and two times, by the loops around it: none, one, more. */
const REPEATED = [
  [0, 96, 192],
  [0, 192, 400],
  [96, 192, 400],
] as const;

/** Bytes around a wrapped loop. */
const WRAP_BYTES = 64;

/** Bytes that wrapped and repeated loops may take in a small module; in a large one they may double it. */
const ROOM = 2 ** 16;

/** Decides how often loops hold their body, so that one check serves several turns, and keeps the module from growing much. */
export class LoopBudget {
  private room: number;

  /** @param moduleBytes Size of the original module. */
  constructor(moduleBytes: number) {
    this.room = ROOM + moduleBytes;
  }

  /** No more loops are to be wrapped. */
  get isSpent(): boolean {
    return this.room <= 0;
  }

  /**
   * Takes the bytes of one wrapped loop.
   *
   * @param bytes Size of its body.
   * @param nesting How many loops stand around it, 2 for more.
   * @returns How often its body is to stand there.
   */
  copies(bytes: number, nesting: number): number {
    const [eight, four, two] = REPEATED[nesting]!;
    const copies = bytes <= eight ? 8 : bytes <= four ? 4 : bytes <= two ? 2 : 1;
    this.room -= WRAP_BYTES + (copies - 1) * (bytes + WRAP_BYTES / 4);
    return copies;
  }
}
