/** FNV-1a of 64 bits. */
const OFFSET: u64 = 0xcbf29ce484222325;
const PRIME: u64 = 0x00000100000001b3;

/** Spreads a number over all bits: the last step of MurmurHash3. */
export function mix(value: u64): u64 {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccd;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53;
  return value ^ (value >> 33);
}

export function hashText(text: string): u64 {
  let hash = OFFSET;
  for (let index = 0; index < text.length; index++) hash = (hash ^ text.charCodeAt(index)) * PRIME;
  return mix(hash);
}

/** The set of hashes of all stretches of `size` parts, sorted; a shorter text is one stretch. */
export function shingles(parts: u64[], size: i32): u64[] {
  const hashes: u64[] = [];
  const last = max(0, parts.length - size);
  for (let start = 0; start <= last && parts.length > 0; start++) {
    let hash = OFFSET;
    for (let index = start; index < min(start + size, parts.length); index++) hash = mix(hash ^ parts[index]) * PRIME;
    hashes.push(hash);
  }
  hashes.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let count = 0;
  for (let index = 0; index < hashes.length; index++) {
    if (index == 0 || hashes[index] != hashes[index - 1]) hashes[count++] = hashes[index];
  }
  hashes.length = count;
  return hashes;
}

/** Jaccard similarity of two sorted sets: what they share, of all that they hold. */
export function similarity(a: u64[], b: u64[]): f64 {
  let shared = 0;
  let left = 0;
  let right = 0;
  while (left < a.length && right < b.length) {
    if (a[left] == b[right]) {
      shared++;
      left++;
      right++;
    } else if (a[left] < b[right]) {
      left++;
    } else {
      right++;
    }
  }
  const all = a.length + b.length - shared;
  return all == 0 ? 1 : <f64>shared / all;
}
