/** Goes up whenever the same module and options give other bytes: part of every key under which metered modules are kept. */
export const REWRITE_VERSION = 6;
