/** Codes that may be used as they are, however short the sequences: letters of most alphabets. */
const FREE: i32 = 0x250;

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

/** Replaces symbols by small numbers, unless they are small already. Symbols are not negative. */
export function renumber(a: StaticArray<i32>, b: StaticArray<i32>): Renumbered {
  const result = new Renumbered(a, b);
  const largest = max(largestOf(a), largestOf(b));
  if (largest < FREE + a.length + b.length) {
    result.size = largest + 1;
    return result;
  }
  const bits = 33 - clz(a.length + b.length);
  const keys = new StaticArray<i32>(1 << bits);
  const numbers = new StaticArray<i32>(1 << bits);
  let count = 0;
  for (let side = 0; side < 2; side++) {
    const symbols = side == 0 ? a : b;
    const renamed = new StaticArray<i32>(symbols.length);
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

function largestOf(symbols: StaticArray<i32>): i32 {
  let largest = 0;
  for (let index = 0; index < symbols.length; index++) largest = max(largest, unchecked(symbols[index]));
  return largest;
}
