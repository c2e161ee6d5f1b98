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
/** Buffer for inputs of a plugin, in bytes: most are small. */
export const INPUT_ROOM_BYTES = 4096;
/** It grows to this at most: larger inputs are rare, and a plugin would hold on to it. */
export const MAX_INPUT_ROOM_BYTES = 2 * 1024 * 1024;
/** Outputs of `callBlock` that are kept for the next one, in bytes: the longest output, and one more. */
export const MAX_KEPT_BYTES = 2 * MAX_MESSAGE_BYTES;
/** Their number: chains of calls use the last one or a few. */
export const MAX_KEPT_BLOCKS = 1000;
/** Pages of a 32-bit memory. */
export const MAX_PAGES = 65_536;
