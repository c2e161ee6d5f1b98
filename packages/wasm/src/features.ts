/** Extensions of the first version of WebAssembly, in the order of {@link featureBit}. */
export const FEATURES = [
  'mutable-globals',
  'sign-extension',
  'saturating-float-to-int',
  'bulk-memory',
  'multi-value',
  'reference-types',
  'simd',
  'relaxed-simd',
  'tail-call',
  'threads',
  'exceptions',
  'legacy-exceptions',
  'function-references',
  'gc',
  'multi-memory',
  'memory64',
  'extended-const',
  'wide-arithmetic',
  'custom-page-sizes',
  'custom-descriptors',
] as const;

/** An extension of the first version of WebAssembly. */
export type Feature = (typeof FEATURES)[number];

/** The bit of a feature in a mask; 0 for none. */
export function featureBit(feature: Feature | undefined): number {
  return feature === undefined ? 0 : 1 << FEATURES.indexOf(feature);
}

/** The features of a mask, in the order of {@link FEATURES}. */
export function featuresOf(mask: number): Feature[] {
  return FEATURES.filter((_, index) => (mask & (1 << index)) !== 0);
}
