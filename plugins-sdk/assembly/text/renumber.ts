/** Codes that may be used as they are, however short the sequences: letters of most alphabets. The tables for them are kept. */
const FREE: i32 = 0xe00;

/** Symbols of the two sequences together for which the tables are kept: longer ones need more room than a plugin should hold. */
const MAX_KEPT: i32 = 4096;

/** The tables of the last call, for the next: a plugin may compare thousands of short texts, and garbage stays until its call ends. */
let keptKeys: StaticArray<i32> | null = null;
let keptNumbers: StaticArray<i32> | null = null;
let keptA: StaticArray<i32> | null = null;
let keptB: StaticArray<i32> | null = null;

/** Two sequences of symbols in the same small numbers, to serve as indexes. */
@final
export class Renumbered {
  /** One more than the largest number. */
  size: i32 = 0;

  constructor(
    public a: StaticArray<i32>,
    public b: StaticArray<i32>,
  ) {}
}

/**
 * Replaces symbols by small numbers, unless they are small already. Symbols are not negative.
 *
 * The new sequences may be longer than the given ones, and hold until the next call only.
 */
export function renumber(a: StaticArray<i32>, b: StaticArray<i32>): Renumbered {
  const result = new Renumbered(a, b);
  const largest = max(largestOf(a), largestOf(b));
  if (largest < FREE + a.length + b.length) {
    result.size = largest + 1;
    return result;
  }
  const bits = 33 - clz(a.length + b.length);
  const isKept = a.length + b.length <= MAX_KEPT;
  const keys = atLeast(isKept ? keptKeys : null, 1 << bits);
  const numbers = atLeast(isKept ? keptNumbers : null, 1 << bits);
  const renamedA = atLeast(isKept ? keptA : null, a.length);
  const renamedB = atLeast(isKept ? keptB : null, b.length);
  if (isKept) {
    // What the last call left there.
    memory.fill(changetype<usize>(keys), 0, (<usize>1 << bits) << 2);
    keptKeys = keys;
    keptNumbers = numbers;
    keptA = renamedA;
    keptB = renamedB;
  }
  let count = 0;
  for (let side = 0; side < 2; side++) {
    const symbols = side == 0 ? a : b;
    const renamed = side == 0 ? renamedA : renamedB;
    for (let index = 0; index < symbols.length; index++) {
      // 0 stands for a free place.
      const key = unchecked(symbols[index]) + 1;
      let slot = <i32>((<u32>key * 0x9e3779b1) >> (32 - bits));
      while (unchecked(keys[slot]) != key && unchecked(keys[slot]) != 0) slot = (slot + 1) & ((1 << bits) - 1);
      if (unchecked(keys[slot]) == 0) {
        unchecked((keys[slot] = key));
        unchecked((numbers[slot] = count++));
      }
      unchecked((renamed[index] = unchecked(numbers[slot])));
    }
    if (side == 0) result.a = renamed;
    else result.b = renamed;
  }
  result.size = count;
  return result;
}

/** A table of the last call, or a new one if that is too small. */
function atLeast(kept: StaticArray<i32> | null, length: i32): StaticArray<i32> {
  return kept !== null && kept.length >= length ? kept : new StaticArray<i32>(length);
}

function largestOf(symbols: StaticArray<i32>): i32 {
  let largest = 0;
  let index = 0;
  if (ASC_FEATURE_SIMD) {
    let most = i32x4.splat(0);
    for (; index < symbols.length - 3; index += 4) most = i32x4.max_s(most, v128.load(changetype<usize>(symbols) + (<usize>index << 2)));
    most = i32x4.max_s(most, v128.shuffle<u64>(most, most, 1, 0));
    largest = max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1));
  }
  for (; index < symbols.length; index++) largest = max(largest, unchecked(symbols[index]));
  return largest;
}
