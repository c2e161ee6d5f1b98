/** What is taken of the bundles of one artifact, by who reads them from a store and by who verifies them. */
export const BUNDLE_LIMITS = {
  /** Anyone who may write to a registry may attach them, and a hostile one lists as many as it likes. */
  count: 64,
  /** Bytes of one: a bill of materials of thousands of packages has 3 MB, a signature 10 kB. */
  bytes: 8 * 1024 * 1024,
  /** Bytes of all. */
  totalBytes: 32 * 1024 * 1024,
} as const;
