import { decodeString } from "./decode-string";

/**
 * Takes out the keys of an object that stand there again: each stays once, in the place of its first, with the value of its last, as
 * `JSON.parse` has it. Changes `index` in place; short, since every plugin carries it.
 *
 * @param index Addresses of keys and values in turn.
 * @returns How many entries at the beginning of `index` are left.
 */
export function keepDistinct(index: StaticArray<u32>): i32 {
  const bits = 33 - clz(index.length | 1);
  // Places in `index`, plus one; 0 is free.
  const slots = new StaticArray<i32>(1 << bits);
  let count = 0;
  for (let place = 0; place < index.length; place += 2) {
    const key = decodeString(unchecked(index[place]));
    // FNV-1a, its best bits brought to the top.
    let hash: u32 = 0x811c9dc5;
    for (let unit = 0; unit < key.length; unit++) hash = (hash ^ key.charCodeAt(unit)) * 0x01000193;
    let slot = <i32>((hash * 0x9e3779b1) >>> (32 - bits));
    let known = 0;
    while ((known = unchecked(slots[slot])) != 0 && decodeString(unchecked(index[known - 1])) != key) slot = (slot + 1) & ((1 << bits) - 1);
    if (known == 0) {
      unchecked((index[count] = index[place]));
      known = unchecked((slots[slot] = count + 1));
      count += 2;
    }
    unchecked((index[known] = index[place + 1]));
  }
  return count;
}
