/**
 * Goes up whenever the same module and options, the default of `typedReferences` included, give other bytes: part of every
 * key under which metered modules are kept.
 */
export const REWRITE_VERSION = 12;
