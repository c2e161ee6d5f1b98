import type { ResourceLimits } from '../call-limits.js';
import { MAX_TIMEOUT_MS } from '../limits.js';
import type { ConfigNode } from './config-node.js';
import { type OptionReaders, readOptions } from './read-options.js';

/** The largest length that a packed result can hold. */
const MAX_CROSSING_BYTES = 2 ** 31 - 1;

/** The largest sensible value of each limit; anything above it is a mistake. */
export const LARGEST_LIMITS: ResourceLimits = {
  // All of a 32-bit memory.
  maxMemoryBytes: 2 ** 32,
  timeoutMs: MAX_TIMEOUT_MS,
  maxFuel: Number.MAX_SAFE_INTEGER,
  maxInputBytes: MAX_CROSSING_BYTES,
  maxOutputBytes: MAX_CROSSING_BYTES,
};

const LIMITS: OptionReaders<ResourceLimits> = {
  maxMemoryBytes: (node) => node.wholeNumber(1, LARGEST_LIMITS.maxMemoryBytes),
  timeoutMs: readTimeoutMs,
  maxFuel: readFuel,
  maxInputBytes: (node) => node.wholeNumber(1, LARGEST_LIMITS.maxInputBytes),
  maxOutputBytes: (node) => node.wholeNumber(1, LARGEST_LIMITS.maxOutputBytes),
};

/**
 * Reads some of the limits of a call.
 *
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`; `CONFIG_INVALID` for anything but a whole number above 0, or one that is too large
 *   to be intended.
 */
export function readLimits(node: ConfigNode): Partial<ResourceLimits> {
  return readOptions<Partial<ResourceLimits>>(node.value, LIMITS, node.path);
}

/** Reads a time that a timer can wait for, in milliseconds. @throws {ConfigError} `CONFIG_INVALID`. */
export function readTimeoutMs(node: ConfigNode): number {
  return node.wholeNumber(1, MAX_TIMEOUT_MS);
}

/**
 * Reads a fuel limit. `Infinity` means no limit, and becomes more than any call uses in a year, since it has to reach other
 * processes as JSON.
 *
 * @throws {ConfigError} `CONFIG_INVALID`.
 */
export function readFuel(node: ConfigNode): number {
  return node.value === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : node.wholeNumber(1);
}
