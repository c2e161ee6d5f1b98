import { PluginError } from '@testbench/types/errors';

/** Why an operation on keys, rules or signatures failed. */
export type TrustErrorCode =
  /** The bytes are not a key of the requested kind. */
  | 'TRUST_KEY_INVALID'
  /** A key of an algorithm, curve or size that is not supported. */
  | 'TRUST_KEY_UNSUPPORTED'
  /** There is no such key. */
  | 'TRUST_KEY_NOT_FOUND'
  /** A key, or a signer, of that name already exists. */
  | 'TRUST_KEY_EXISTS'
  /** The passphrase is missing, too short or wrong. */
  | 'TRUST_PASSPHRASE'
  /** Users other than the owner may read the file of a private key, or write to it. */
  | 'TRUST_KEY_PERMISSIONS'
  /** A file of keys or rules cannot be read or written. */
  | 'TRUST_UNREADABLE'
  /** The trusted root is invalid. */
  | 'TRUST_ROOT_INVALID';

/** An operation on keys, rules or signatures failed. No message contains a passphrase or a part of a private key. */
export class TrustError extends PluginError<TrustErrorCode> {
  override get name(): 'TrustError' {
    return 'TrustError';
  }
}
