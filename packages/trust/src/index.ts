/**
 * Who vouches for a plugin or a result: keys, Sigstore bundles, rules and attestations.
 *
 * It runs nothing of what it verifies, and needs no network.
 *
 * @packageDocumentation
 */
export { namePredicate, PREDICATES } from './bundle/predicates.js';
export {
  type ArtifactClaim,
  signClaim,
  signRelease,
  type SignOptions,
} from './bundle/sign-statement.js';
export type { Statement, StatementSubject } from './bundle/statement.js';
export { readTrustedRoot, type TrustedAuthorities } from './bundle/trusted-root.js';
export { createVerifier } from './create-verifier.js';
export { TrustError, type TrustErrorCode } from './errors.js';
export {
  type GeneratedKey,
  generateKey,
  readPrivateKey,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from './keys/generate-key.js';
export { KeyFolder, type StoredKey } from './keys/key-folder.js';
export {
  KEY_ALGORITHMS,
  type KeyAlgorithm,
  type PublicKey,
  readPublicKey,
} from './keys/public-key.js';
export type { SigningKey } from './keys/signing-key.js';
export { type ListedClaim, listClaims } from './list-claims.js';
export { type NewSigner, revokeSigner, trustSigner } from './rules/edit-trust-rules.js';
export {
  parseTrustRules,
  type ReadNameRule,
  type RuleIdentity,
  type RuleKey,
  type TrustRules,
} from './rules/parse-trust-rules.js';
export type {
  NameRule,
  TrustedIdentity,
  TrustedKey,
  TrustRulesInput,
  UnsignedRule,
} from './rules/trust-rules.js';
export {
  type BundleVerification,
  verifyBundle,
  type VerifyBundleOptions,
} from './verify-bundle.js';
export type { VerifierOptions } from './verifier-options.js';
