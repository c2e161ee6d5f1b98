/** Limits of `createPlugin` where the caller gives none; each with its reason. */

/** As everywhere in WebAssembly. */
export const PAGE_BYTES = 65_536;
/** Memory of a plugin, in pages: 256 MiB. Extism has no limit, and kits for interpreted languages need tens of MiB. */
export const DEFAULT_PAGES = 4096;
/** Wall time of one call: the engine's own default. Extism has no limit, and an endless loop would hold the thread. */
export const DEFAULT_TIMEOUT_MS = 30_000;
/** All variables of a plugin, in bytes: Extism's own default. */
export const DEFAULT_VAR_BYTES = 1024 * 1024;
/** Input and output of one call, in bytes: as much as goes into a runner. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** Pages of a 32-bit memory. */
export const MAX_PAGES = 65_536;
