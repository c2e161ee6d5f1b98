import { LOG_LEVELS } from '@testbench/types/abi';

import { MAX_RESPONSE_BYTES } from './limits.js';

/** Key of a configuration that holds settings of the protocol; the guest does not see it. */
const SETTINGS_KEY = 'extism:host';

/** Above every level: nothing is logged. */
const SILENT = 0x7fff_ffff;

/** What a guest's configuration says. */
export interface GuestSettings {
  /** What `config_get` gives, by key. */
  readonly values: ReadonlyMap<string, string>;
  /** Records below this level are dropped: an index of `LOG_LEVELS`, or a number above. */
  readonly logLevel: number;
  readonly maxResponseBytes: number;
  /** Whether `http_headers` gives anything. */
  readonly allowHeaders: boolean;
}

export const NO_SETTINGS: GuestSettings = readSettings({});

/**
 * Reads a configuration: strings as they are, other values as JSON, and the settings of the protocol under `extism:host`.
 *
 * @param config Any JSON value; the host's.
 */
export function readSettings(config: unknown): GuestSettings {
  const { [SETTINGS_KEY]: settings, ...values } = Object(config) as Record<string, unknown>;
  const { log_level, max_http_response_bytes, allow_http_response_headers } = Object(
    settings,
  ) as Readonly<Record<string, unknown>>;
  const level = LOG_LEVELS.findIndex((name) => name === log_level);
  return {
    values: new Map(
      Object.entries(values).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    logLevel: log_level === 'silent' ? SILENT : Math.max(0, level),
    maxResponseBytes:
      typeof max_http_response_bytes === 'number' ? max_http_response_bytes : MAX_RESPONSE_BYTES,
    allowHeaders: allow_http_response_headers === true,
  };
}
