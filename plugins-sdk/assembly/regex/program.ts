/** Instructions of the matcher. Those up to `Set` take one character. */
export enum Op {
  /** Takes the code point `x`. */
  Point,
  /** Takes a code point out of set number `x`. */
  Set,
  /** Goes to `x`; if that leads to no match, to `y`. */
  Split,
  /** Goes to `x`. */
  Jump,
  /** Stores the place in slot `x`. */
  Save,
  /** Empties the slots from `x` up to, not with, `y`. */
  Forget,
  /** Refuses to end a turn of the loop at level `x` that took no character. */
  Progress,
  TextStart,
  TextEnd,
  LineStart,
  LineEnd,
  WordEdge,
  NoWordEdge,
  Match,
}

/** Most instructions of a pattern: `a{1000}` takes a thousand, and each may cost a look at every character. */
export const MAX_INSTRUCTIONS: i32 = 20000;

/**
 * Most loops within each other whose body can match nothing. A place in the pattern is looked at once for each of
 * them, at every character.
 */
export const MAX_LEVELS: i32 = 16;

/** Most instructions times groups: so many places are remembered at each character, twice. */
export const MAX_PLACES: i32 = 100_000;

/** `i32`s of one instruction: operation, `x`, `y`, level. */
export const STRIDE: i32 = 4;

/** A pattern as instructions. */
@final
export class Program {
  code: i32[] = [];
  sets: CharacterSet[] = [];
  /** Two for each group, the whole match being group 0. */
  slots: i32 = 2;
  /** Deepest nesting of loops whose body can match nothing. */
  levels: i32 = 0;

  get length(): i32 {
    return this.code.length / STRIDE;
  }

  op(place: i32): Op {
    return <Op>this.code[place * STRIDE];
  }

  x(place: i32): i32 {
    return this.code[place * STRIDE + 1];
  }

  y(place: i32): i32 {
    return this.code[place * STRIDE + 2];
  }

  add(op: Op, x: i32 = 0, y: i32 = 0, level: i32 = 0): i32 {
    const place = this.length;
    this.code.push(op);
    this.code.push(x);
    this.code.push(y);
    this.code.push(level);
    return place;
  }

  /** Sets where a `Split` or a `Jump` goes. */
  point(place: i32, x: i32, y: i32 = 0): void {
    this.code[place * STRIDE + 1] = x;
    this.code[place * STRIDE + 2] = y;
  }
}

/** Code points as sorted ranges, with a table for ASCII. */
@final
export class CharacterSet {
  private ascii: StaticArray<bool> = new StaticArray<bool>(128);

  /** @param ranges Pairs of first and last, sorted, without overlap. */
  constructor(
    private ranges: StaticArray<i32>,
    private inverted: bool,
  ) {
    for (let point = 0; point < 128; point++) this.ascii[point] = this.search(point) != inverted;
  }

  has(point: i32): bool {
    return point < 128 ? unchecked(this.ascii[point]) : this.search(point) != this.inverted;
  }

  /** True if a code point beyond ASCII may be in the set. */
  get wide(): bool {
    const ranges = this.ranges;
    return this.inverted || (ranges.length > 0 && ranges[ranges.length - 1] >= 128);
  }

  private search(point: i32): bool {
    const ranges = this.ranges;
    let low = 0;
    let high = ranges.length >>> 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (unchecked(ranges[middle * 2 + 1]) < point) low = middle + 1;
      else high = middle;
    }
    return low * 2 < ranges.length && unchecked(ranges[low * 2]) <= point;
  }
}
