/** An unpredictable seed, so that texts with equal hashes cannot be constructed. */
export function randomSeed(): number {
  return Math.trunc(Math.random() * 2 ** 32);
}

/** 48 bits of a text. The result of a lookup must not depend on it: the seed differs between processes. */
export function hashText(text: string, seed: number): number {
  let low = seed ^ 0xde_ad_be_ef;
  let high = seed ^ 0x41_c6_ce_57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 2_654_435_761);
    high = Math.imul(high ^ unit, 1_597_334_677);
  }
  low =
    Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  high =
    Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  return (high & 0xff_ff) * 2 ** 32 + (low >>> 0);
}
