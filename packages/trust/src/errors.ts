import { PluginError } from '@testbench/types/errors';

/** Why something about keys, rules or signing failed. */
export type TrustErrorCode =
  /** The bytes are not a key of the requested kind. */
  | 'TRUST_KEY_INVALID'
  /** A key of an algorithm, curve or size that is not supported. */
  | 'TRUST_KEY_UNSUPPORTED'
  /** There is no such key. */
  | 'TRUST_KEY_NOT_FOUND'
  /** There is a key, or a signer, of that name. */
  | 'TRUST_KEY_EXISTS'
  /** The passphrase is missing, too short or wrong. */
  | 'TRUST_PASSPHRASE'
  /** Others than the owner may read the file of a private key, or write to it. */
  | 'TRUST_KEY_PERMISSIONS'
  /** A file of keys or rules cannot be read or written. */
  | 'TRUST_UNREADABLE'
  /** The trusted root is invalid. */
  | 'TRUST_ROOT_INVALID';

/** Something about keys, rules or signing failed. No message has a passphrase or a part of a private key. */
export class TrustError extends PluginError<TrustErrorCode> {
  override get name(): 'TrustError' {
    return 'TrustError';
  }
}
