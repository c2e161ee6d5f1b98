/** Caps of trust, each with its reason. */

/** Brackets and commas of a bundle, which determine the cost of parsing; an embedded statement is counted separately. */
export const MAX_BUNDLE_STRUCTURE = 20_000;
/** Brackets and commas of a statement's payload: 200,000 are parsed in 20 ms. */
export const MAX_STATEMENT_STRUCTURE = 200_000;
/** Subjects of a statement: a build with more files than this is not a plugin's. */
export const MAX_SUBJECTS = 1_000;
/** Log entries, timestamps and certificates of a bundle, each: every one costs a signature check. */
export const MAX_MATERIALS = 16;
/** Size of a file of rules or a trusted root: the public instance's has 7 kB. */
export const MAX_RULES_BYTES = 1024 * 1024;
/** Length of an identity in a certificate. */
export const MAX_IDENTITY_LENGTH = 2_048;
/** Size of a key's file: RSA of 8,192 bits has 7 kB. */
export const MAX_KEY_BYTES = 16 * 1024;
/** Length of a passphrase, in characters: all shorter ones can be tried in an afternoon. */
export const MIN_PASSPHRASE_LENGTH = 8;
/** Length of a passphrase: a longer one is a file that was given by mistake. */
export const MAX_PASSPHRASE_LENGTH = 1_024;
/**
 * Cost of one guess at the passphrase: N = 2^14, r = 8, p = 5, from OWASP's cheat sheet for 16 MiB. OpenSSL does not read files with a
 * larger N, since it gives scrypt 32 MiB.
 */
export const SCRYPT = { N: 2 ** 14, r: 8, p: 5 } as const;
/** Maximum number of keys listed from a folder. */
export const MAX_KEYS = 1_000;
/** How far ahead of this machine's clock a signature may be dated: unsynchronised clocks are off by minutes. */
export const MAX_CLOCK_SKEW_MS = 10 * 60_000;
