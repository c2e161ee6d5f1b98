import { type AdmissionCaps, DEFAULT_CAPS } from '@testbench/sandbox';
import { ConfigError, rejectUnknownKeys, type ResourceLimits } from '@testbench/types';

/** The largest value that makes sense of each limit; beyond it lies a mistake. */
const MAXIMA: Readonly<Record<keyof ResourceLimits, number>> = {
  // All of a 32-bit memory.
  maxMemoryBytes: 2 ** 32,
  // The longest delay of a timer in JavaScript, about 24 days.
  timeoutMs: 2 ** 31 - 1,
  maxFuel: Number.MAX_SAFE_INTEGER,
  // What a packed result can say.
  maxInputBytes: 2 ** 31 - 1,
  maxOutputBytes: 2 ** 31 - 1,
};

/**
 * Lays given limits over others.
 *
 * @param base What holds where `overrides` says nothing.
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`; `CONFIG_INVALID` for anything but a whole number above 0.
 */
export function resolveLimits(
  base: ResourceLimits,
  overrides: Partial<ResourceLimits> | undefined,
): ResourceLimits {
  if (overrides === undefined) return base;
  rejectUnknownKeys(overrides, Object.keys(MAXIMA), 'limits');
  const limits: Record<keyof ResourceLimits, number> = { ...base };
  for (const key of Object.keys(MAXIMA) as (keyof ResourceLimits)[]) {
    const value = overrides[key];
    if (value === undefined) continue;
    if (key === 'maxFuel') {
      limits.maxFuel = readFuel(value, 'limits.maxFuel');
      continue;
    }
    requireCount(value, `limits.${key}`, MAXIMA[key]);
    limits[key] = value;
  }
  return limits;
}

/**
 * Lays given caps of admission over the defaults.
 *
 * @throws {ConfigError} As {@link resolveLimits}.
 */
export function resolveCaps(overrides: Partial<AdmissionCaps> = {}): AdmissionCaps {
  rejectUnknownKeys(overrides, Object.keys(DEFAULT_CAPS), 'caps');
  for (const [key, value] of Object.entries(overrides)) requireCount(value, `caps.${key}`);
  return { ...DEFAULT_CAPS, ...overrides };
}

/**
 * Reads a limit of fuel; `Infinity` stands for none, and becomes more than any call uses up in a year: it has to cross to
 * processes as JSON.
 *
 * @throws {ConfigError} As {@link requireCount}.
 */
export function readFuel(value: number, path: string): number {
  if (value === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER;
  requireCount(value, path);
  return value;
}

/** @throws {ConfigError} `CONFIG_INVALID` for anything but a whole number from 1 to `max`. */
export function requireCount(value: unknown, path: string, max = Number.MAX_SAFE_INTEGER): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > max) {
    throw new ConfigError(
      'CONFIG_INVALID',
      path,
      `Cannot use "${path}": ${JSON.stringify(value) ?? String(value)} is not a whole number from 1 to ${max}`,
    );
  }
}
