import { StoreError } from '@testbench/types/errors';

import { MAX_PART_BYTES, MAX_PATH_DEPTH, MAX_PATH_LENGTH } from './limits.js';

/** Names reserved for devices on Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
/** Characters with a special meaning on some system: separators, drives, streams, wildcards, control characters. */
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\\:*?"<>|\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/**
 * Checks that a path in an artifact names a file below the target folder, on every system.
 *
 * @throws {StoreError} `STORE_UNSAFE_PATH`.
 */
function checkFilePath(path: string): void {
  const refuse = (state: string): never => {
    throw new StoreError(
      'STORE_UNSAFE_PATH',
      `Cannot use the file ${JSON.stringify(path.slice(0, 200))} of an artifact: ${state}`,
    );
  };
  if (path === '' || path.length > MAX_PATH_LENGTH) refuse('it has no name of a usual length');
  if (UNSAFE.test(path) || !path.isWellFormed())
    refuse('its name has characters that mean something else');
  const parts = path.split('/');
  if (parts.length > MAX_PATH_DEPTH) refuse(`it lies in more than ${MAX_PATH_DEPTH} folders`);
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..') refuse('its path leads elsewhere');
    if (/[. ]$/.test(part) || DEVICE.test(part)) refuse('it cannot have that name everywhere');
    if (Buffer.byteLength(part) > MAX_PART_BYTES) refuse('its name is too long');
  }
}

/**
 * Checks that all paths of an artifact can exist side by side, even on a case-insensitive file system.
 *
 * @throws {StoreError} `STORE_UNSAFE_PATH`.
 */
export function checkFilePaths(paths: readonly string[]): void {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const path of paths) {
    checkFilePath(path);
    const key = path.normalize('NFC').toLowerCase();
    const parts = key.split('/');
    const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
    if (files.has(key) || folders.has(key) || above.some((folder) => files.has(folder))) {
      throw new StoreError(
        'STORE_UNSAFE_PATH',
        `Cannot use the file ${JSON.stringify(path)} of an artifact: another one has its name`,
      );
    }
    files.add(key);
    for (const folder of above) folders.add(folder);
  }
}
