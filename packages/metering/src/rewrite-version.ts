/**
 * Increased whenever the same module and options, including the default of `typedReferences`, give other bytes: part of every
 * key under which metered modules are kept.
 */
export const REWRITE_VERSION = 14;
