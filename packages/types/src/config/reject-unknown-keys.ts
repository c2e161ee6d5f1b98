import { ConfigError } from '../errors/config-error.js';
import { nearestKey } from './nearest-key.js';

/**
 * Throws if `value` has an own key that is not in `known`.
 *
 * @param value The object to check; its values are not looked at.
 * @param known The allowed keys.
 * @param path Path of `value`, for the message; `''` for the root.
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, naming the nearest known key if one is close.
 *
 * @example
 * ```ts
 * import { rejectUnknownKeys } from '@testbench/types/config';
 *
 * rejectUnknownKeys({ timeoutMs: 5 }, ['timeoutMs', 'maxFuel'], 'limits');
 * try {
 *   rejectUnknownKeys({ timeoutMS: 5 }, ['timeoutMs', 'maxFuel'], 'limits');
 * } catch (error) {
 *   (error as Error).message; // => 'Cannot read "limits": unknown key "timeoutMS", did you mean "timeoutMs"?'
 * }
 * ```
 */
export function rejectUnknownKeys(value: object, known: readonly string[], path: string): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) rejectUnknownKey(key, known, path);
  }
}

/** Throws `CONFIG_UNKNOWN_KEY`, naming the nearest known key if one is close. */
export function rejectUnknownKey(key: string, known: readonly string[], path: string): never {
  const near = nearestKey(key, known);
  const hint =
    near === undefined ? `; known keys: ${known.join(', ')}` : `, did you mean "${near}"?`;
  throw new ConfigError(
    'CONFIG_UNKNOWN_KEY',
    path === '' ? key : `${path}.${key}`,
    `Cannot read ${path === '' ? 'configuration' : `"${path}"`}: unknown key "${key}"${hint}`,
  );
}
