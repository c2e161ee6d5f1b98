/** Limits on the bundles of one artifact, both for reading them from a store and for verifying them. */
export const BUNDLE_LIMITS = {
  /** Anyone who may write to a registry may attach bundles, and a hostile registry lists as many as it likes. */
  count: 64,
  /** Bytes of one bundle: a bill of materials of thousands of packages takes 3 MB, a signature 10 kB. */
  bytes: 8 * 1024 * 1024,
  /** Bytes of all bundles. */
  totalBytes: 32 * 1024 * 1024,
} as const;
