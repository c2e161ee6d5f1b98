/** Default limits of a call, each with its reason. */

const MiB = 1024 * 1024;

/** Linear memory of one plugin: the original system's default. */
const DEFAULT_MAX_MEMORY_BYTES = 64 * MiB;
/** Wall time of one call: the original system's default. */
const DEFAULT_TIMEOUT_MS = 30_000;
/** Fuel of one call: the original system's default for instructions; one to three seconds of tight loops. */
const DEFAULT_MAX_FUEL = 1_000_000_000;
/** Input JSON of one call. A million-token prompt is about 4 MiB; twice that leaves room for an image. */
const DEFAULT_MAX_INPUT_BYTES = 8 * MiB;
/** Output JSON of one call. `JSON.parse` of 30 MB of `{}` takes 10-19 s and 1.2 GB; 1 MiB takes at most 0.6 s. */
const DEFAULT_MAX_OUTPUT_BYTES = 1 * MiB;

/** Limits of one call. */
export interface ResourceLimits {
  /** Largest linear memory, in bytes; rounded down to whole 64 KiB pages. @default 67108864 */
  readonly maxMemoryBytes: number;
  /** Wall time of one call, in milliseconds. @default 30000 */
  readonly timeoutMs: number;
  /**
   * Fuel of one call. With `exact` metering an executed instruction costs 1; one that copies, fills or grows also costs by length, and host
   * functions have their own prices. With `coarse` metering a piece of code is charged ahead for the costliest path through it:
   * never less, and for an interpreter up to 34 times as much. A host accepts `Infinity`: then only the time is limited.
   * @default 1000000000
   */
  readonly maxFuel: number;
  /** Longest input JSON, in bytes. @default 8388608 */
  readonly maxInputBytes: number;
  /** Longest output JSON, in bytes. @default 1048576 */
  readonly maxOutputBytes: number;
}

/** The limits that apply where none are given. */
export const DEFAULT_LIMITS: ResourceLimits = {
  maxMemoryBytes: DEFAULT_MAX_MEMORY_BYTES,
  timeoutMs: DEFAULT_TIMEOUT_MS,
  maxFuel: DEFAULT_MAX_FUEL,
  maxInputBytes: DEFAULT_MAX_INPUT_BYTES,
  maxOutputBytes: DEFAULT_MAX_OUTPUT_BYTES,
};
