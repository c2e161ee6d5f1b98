import { escapeText } from '../text/escape-text.js';
import { PluginError } from './plugin-error.js';

/** Every {@link StoreErrorCode}. */
export const STORE_ERROR_CODES = [
  /** A reference, name, tag or digest is malformed. */
  'STORE_INVALID_REFERENCE',
  /** No such name, version, tag or digest. */
  'STORE_NOT_FOUND',
  /** That version already exists, with other content. */
  'STORE_EXISTS',
  /** Bytes do not match their digest: a damaged disk, or a registry that returns something else. */
  'STORE_DIGEST_MISMATCH',
  /** A manifest does not describe an artifact, or not the wanted artifact. */
  'STORE_INVALID_MANIFEST',
  /** A cap on sizes or counts is exceeded. */
  'STORE_TOO_LARGE',
  /** The name of a file in an artifact would escape the folder that it is written to. */
  'STORE_UNSAFE_PATH',
  /** A registry requires credentials, or does not accept those it was given. */
  'STORE_UNAUTHORIZED',
  /** A registry forbids the request for these credentials. */
  'STORE_FORBIDDEN',
  /** A registry received too many requests; `retryAfterMs` says how long to wait. */
  'STORE_RATE_LIMITED',
  /** A registry cannot be reached, is too slow, fails, or drops the connection. */
  'STORE_UNAVAILABLE',
  /** A registry points to a location that is not allowed: another origin with credentials, a private address. */
  'STORE_UNTRUSTED_LOCATION',
  /** A registry's answer violates the protocol. */
  'STORE_BAD_ANSWER',
  /** Files of a store cannot be read or written: no permission, a full disk. */
  'STORE_UNUSABLE',
] as const;

/** Why a store could not find, return or accept an artifact. */
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

/** Fields that a {@link StoreError} has where they apply. */
export interface StoreErrorDetails extends ErrorOptions {
  /** HTTP status of the answer. */
  readonly status?: number;
  /** How long the registry asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Digest of the faulty item: for a damaged blob, the digest that it should have. */
  readonly digest?: string;
  /** How much of a blob was transferred when the transfer was abandoned, in bytes. */
  readonly transferredBytes?: number;
  /** Size of that blob, in bytes. */
  readonly totalBytes?: number;
}

/** A store could not find, return or accept an artifact. Nothing incomplete is kept. */
export class StoreError extends PluginError<StoreErrorCode> {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly digest: string | undefined;
  readonly transferredBytes: number | undefined;
  readonly totalBytes: number | undefined;

  constructor(code: StoreErrorCode, message: string, details: StoreErrorDetails = {}) {
    // A message may quote text of a registry; escape it before printing.
    super(
      code,
      escapeText(message),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.digest = details.digest;
    this.transferredBytes = details.transferredBytes;
    this.totalBytes = details.totalBytes;
  }

  override get name(): 'StoreError' {
    return 'StoreError';
  }
}
