import { countStructure, parseWireJson } from '@testbench/types';
import { StoreError } from '@testbench/types/errors';

import {
  MAX_ANNOTATIONS,
  MAX_ANNOTATION_LENGTH,
  MAX_BLOB_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_MANIFEST_STRUCTURE,
  MAX_MEDIA_TYPE_LENGTH,
} from '../limits.js';
import { isDigest } from './check-name.js';

/** A reference to a blob or a manifest. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly artifactType: string | undefined;
}

/** Reports what is wrong with a manifest. */
export type RefuseManifest = (state: string, cause?: unknown) => StoreError;

/** @param what A description, such as `the manifest sha256:…`. */
export const refuseManifest =
  (what: string): RefuseManifest =>
  (state, cause) =>
    new StoreError('STORE_INVALID_MANIFEST', `Cannot read ${what}: ${state}`, { cause });

/**
 * Parses the JSON of a manifest or an index whose digest was verified.
 *
 * @throws {StoreError} `STORE_INVALID_MANIFEST`, `STORE_TOO_LARGE`.
 */
export function parseDocument(
  bytes: Uint8Array,
  what: string,
  maxBytes = MAX_MANIFEST_BYTES,
  maxStructure = MAX_MANIFEST_STRUCTURE,
): Record<string, unknown> {
  const refuse = refuseManifest(what);
  if (bytes.length > maxBytes) {
    throw new StoreError(
      'STORE_TOO_LARGE',
      `Cannot read ${what}: it has ${bytes.length} bytes, limit is ${maxBytes}`,
    );
  }
  // Before parsing: a few MiB of brackets would block this thread for a second.
  if (countStructure(bytes) > maxStructure) {
    throw new StoreError(
      'STORE_TOO_LARGE',
      `Cannot read ${what}: it has more than ${maxStructure} values`,
    );
  }
  let value: unknown;
  try {
    value = parseWireJson(bytes);
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
  return asObject(value, refuse, 'it');
}

/** @throws The error of `refuse`. */
export function asObject(
  value: unknown,
  refuse: RefuseManifest,
  what: string,
): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw refuse(`${what} is no object`);
}

/** @throws The error of `refuse`. */
export function readDescriptor(value: unknown, refuse: RefuseManifest, what: string): Descriptor {
  const object = asObject(value, refuse, what);
  const { mediaType, digest, size } = object;
  if (typeof mediaType !== 'string' || mediaType.length > MAX_MEDIA_TYPE_LENGTH) {
    throw refuse(`"mediaType" of ${what} is no media type`);
  }
  // Only one of the algorithms: content that cannot be verified must not be fetched.
  if (typeof digest !== 'string' || !isDigest(digest))
    throw refuse(`"digest" of ${what} is no SHA-256`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw refuse(`"size" of ${what} is no number of bytes`);
  }
  if (size > MAX_BLOB_BYTES) {
    throw new StoreError(
      'STORE_TOO_LARGE',
      `Cannot take ${what}: it has ${size} bytes, limit is ${MAX_BLOB_BYTES}`,
      { digest },
    );
  }
  return {
    mediaType,
    digest,
    size,
    annotations: readAnnotations(object['annotations'], refuse, what),
    artifactType: readText(object['artifactType'], refuse, `"artifactType" of ${what}`),
  };
}

/** @returns undefined if it is absent or empty. @throws The error of `refuse`. */
export function readText(value: unknown, refuse: RefuseManifest, what: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length > MAX_MEDIA_TYPE_LENGTH) {
    throw refuse(`${what} is no short text`);
  }
  return value;
}

/** @throws The error of `refuse`. */
export function readAnnotations(
  value: unknown,
  refuse: RefuseManifest,
  what: string,
): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(asObject(value, refuse, `"annotations" of ${what}`));
  if (entries.length > MAX_ANNOTATIONS) {
    throw refuse(`${what} has more than ${MAX_ANNOTATIONS} annotations`);
  }
  for (const [key, text] of entries) {
    if (typeof text !== 'string') throw refuse(`an annotation of ${what} is no text`);
    if (key.length + text.length > MAX_ANNOTATION_LENGTH) {
      throw refuse(`an annotation of ${what} has more than ${MAX_ANNOTATION_LENGTH} characters`);
    }
  }
  // Own properties even for a key such as `__proto__`.
  return Object.fromEntries(entries) as Record<string, string>;
}
