/** Caps of trust, each with its reason. */

/** Brackets and commas of a bundle: they are what parsing costs, and a statement that is inside counts by itself. */
export const MAX_BUNDLE_STRUCTURE = 20_000;
/** Of a statement's payload: 200,000 are parsed in 20 ms. */
export const MAX_STATEMENT_STRUCTURE = 200_000;
/** Subjects of a statement: a build with more files than this is not that of a plugin. */
export const MAX_SUBJECTS = 1_000;
/** Log entries, timestamps and certificates of a bundle, each: every one costs a signature's check. */
export const MAX_MATERIALS = 16;
/** Of a file of rules or a trusted root: the public instance's has 7 kB. */
export const MAX_RULES_BYTES = 1024 * 1024;
/** Of an identity in a certificate. */
export const MAX_IDENTITY_LENGTH = 2_048;
/** Of a key's file: RSA of 8,192 bits has 7 kB. */
export const MAX_KEY_BYTES = 16 * 1024;
/** Of a passphrase, in characters: below, trying all of them takes an afternoon. */
export const MIN_PASSPHRASE_LENGTH = 8;
/** Of a passphrase: longer ones are a file that was given by mistake. */
export const MAX_PASSPHRASE_LENGTH = 1_024;
/**
 * Cost of a guess of the passphrase: N = 2^14, r = 8, p = 5, as OWASP's cheat sheet has it for 16 MiB. OpenSSL reads files with no
 * larger N, since it gives scrypt 32 MiB.
 */
export const SCRYPT = { N: 2 ** 14, r: 8, p: 5 } as const;
/** Keys of a folder that are listed. */
export const MAX_KEYS = 1_000;
/** By how much a signature may be dated ahead of this machine's clock: unsynchronised clocks are off by minutes. */
export const MAX_CLOCK_SKEW_MS = 10 * 60_000;
