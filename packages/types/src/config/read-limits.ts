import type { ResourceLimits } from '../call-limits.js';
import { MAX_TIMEOUT_MS } from '../limits.js';
import type { ConfigNode } from './config-node.js';
import { type OptionReaders, readOptions } from './read-options.js';

/** What a packed result can say. */
const MAX_CROSSING_BYTES = 2 ** 31 - 1;

/** The largest value that makes sense of each limit; beyond it lies a mistake. */
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
 *   to be meant.
 */
export function readLimits(node: ConfigNode): Partial<ResourceLimits> {
  return readOptions<Partial<ResourceLimits>>(node.value, LIMITS, node.path);
}

/** Reads a time that a timer can wait for, in milliseconds. @throws {ConfigError} `CONFIG_INVALID`. */
export function readTimeoutMs(node: ConfigNode): number {
  return node.wholeNumber(1, MAX_TIMEOUT_MS);
}

/**
 * Reads a limit of fuel; `Infinity` stands for none, and becomes more than any call uses up in a year: it has to cross to
 * processes as JSON.
 *
 * @throws {ConfigError} `CONFIG_INVALID`.
 */
export function readFuel(node: ConfigNode): number {
  return node.value === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : node.wholeNumber(1);
}
