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

/**
 * The bits of the features that instructions belong to, as {@link featureBit} returns them. They are numbers, so that code that only rewrites
 * modules does not have to load the names.
 */
export enum FeatureMask {
  None = 0,
  SignExtension = 1 << 1,
  SaturatingFloatToInt = 1 << 2,
  BulkMemory = 1 << 3,
  MultiValue = 1 << 4,
  ReferenceTypes = 1 << 5,
  Simd = 1 << 6,
  RelaxedSimd = 1 << 7,
  TailCall = 1 << 8,
  Threads = 1 << 9,
  Exceptions = 1 << 10,
  LegacyExceptions = 1 << 11,
  FunctionReferences = 1 << 12,
  Gc = 1 << 13,
  MultiMemory = 1 << 14,
  WideArithmetic = 1 << 17,
}
