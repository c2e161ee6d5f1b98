/**
 * Integers below a bound, evenly distributed; the same from the same seed on every machine.
 *
 * @see Vigna and Blackman (2018), xoshiro128**; seeds are spread by splitmix32
 */
export function seededIntegers(seed: number): (bound: number) => number {
  let mix = seed | 0;
  const next = (): number => {
    mix = (mix + 0x9e37_79b9) | 0;
    let z = Math.imul(mix ^ (mix >>> 16), 0x21f0_aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, d] = [next(), next(), next(), next()];
  const word = (): number => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return scrambled;
  };
  return (bound) => {
    // Words beyond the last full multiple of the bound would favour small numbers.
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let drawn = word();
    while (drawn >= limit) drawn = word();
    return drawn % bound;
  };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
