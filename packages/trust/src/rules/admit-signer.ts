import type { Signer } from '@testbench/types/stores';

import { Refusal } from '../bundle/refusal.js';
import type { PublicKey } from '../keys/public-key.js';
import { matchesIdentity } from './identity.js';
import type { ReadNameRule, RuleKey, TrustRules } from './parse-trust-rules.js';
import type { TrustedIdentity } from './trust-rules.js';

/** A signer with a valid signature that counts for the artifact. */
export interface AdmittedSigner {
  readonly signer: Signer;
  /** No rule names this signer. */
  readonly firstUse: boolean;
}

/** Keys that may have made a signature. */
export interface CandidateKeys {
  readonly keys: readonly RuleKey[];
  /** The bundle names this key, so no other is tried. */
  readonly named: boolean;
}

/**
 * The keys to try. A key that the bundle names is looked up in all rules: the report that a revoked key signed is more informative than the report that no
 * rule has it for this name.
 */
export function candidateKeys(
  hint: string,
  rules: TrustRules,
  rule: ReadNameRule | undefined,
): CandidateKeys {
  const hinted = rules.keys.find((key) => names(hint, key));
  return hinted === undefined
    ? { keys: rule?.keys ?? [], named: false }
    : { keys: [hinted], named: true };
}

/**
 * Decides whether a key of the rules that made the signature counts.
 *
 * @param isTimeProved There is a proof of the time, and the key was valid then. Without one, only the current time is known.
 * @throws {Refusal} `KEY_REVOKED`, `KEY_EXPIRED`, `SIGNER_UNTRUSTED`
 */
export function admitKey(
  key: RuleKey,
  rule: ReadNameRule | undefined,
  isTimeProved: boolean,
  now: Date,
): AdmittedSigner {
  const { id, label, from, to, revoked } = key;
  if (revoked !== undefined) {
    throw new Refusal('KEY_REVOKED', `Cannot trust bundle: the key "${label}" was revoked`);
  }
  const isEarly = from !== undefined && now < from;
  if (!isTimeProved && (isEarly || (to !== undefined && now > to))) {
    const state = isEarly ? 'is not valid yet' : 'is no longer valid';
    throw new Refusal(
      'KEY_EXPIRED',
      `Cannot trust bundle: the key "${label}" ${state}, by a clock that says ${now.toISOString()}`,
    );
  }
  if (rule?.keys.includes(key) !== true) throw untrustedKey();
  return { signer: { id: `key:${id}`, kind: 'key', label }, firstUse: false };
}

/**
 * Decides whether a key without a rule counts: on first use.
 *
 * @throws {Refusal} `SIGNER_UNTRUSTED`
 */
export function admitFirstKey(
  { id }: Pick<PublicKey, 'id'>,
  rule: ReadNameRule | undefined,
): AdmittedSigner {
  if (rule?.firstUse !== true) throw untrustedKey();
  return { signer: { id: `key:${id}`, kind: 'key' }, firstUse: true };
}

/** No rule has the key for this name. */
export function untrustedKey(): Refusal {
  return new Refusal('SIGNER_UNTRUSTED', 'Cannot trust bundle: no rule has its key for this name');
}

/**
 * Decides whether the identity that a valid certificate names counts.
 *
 * @throws {Refusal} `KEY_REVOKED`, `SIGNER_UNTRUSTED`
 */
export function admitIdentity(
  found: { readonly issuer: string; readonly subject: string },
  rules: TrustRules,
  rule: ReadNameRule | undefined,
): AdmittedSigner {
  const id = `identity:${found.issuer} ${found.subject}`;
  const matches = (identity: TrustedIdentity): boolean => matchesIdentity(identity, found);
  const revoked = rules.identities.find(
    (identity) => identity.revoked !== undefined && matches(identity),
  );
  if (revoked !== undefined) {
    throw new Refusal(
      'KEY_REVOKED',
      `Cannot trust bundle: the identity "${revoked.label}" was revoked`,
    );
  }
  const known = rule?.identities.find(matches);
  if (known !== undefined) {
    return { signer: { id, kind: 'identity', label: known.label }, firstUse: false };
  }
  if (rule?.firstUse === true) return { signer: { id, kind: 'identity' }, firstUse: true };
  throw new Refusal(
    'SIGNER_UNTRUSTED',
    'Cannot trust bundle: no rule has its identity for this name',
  );
}

/** Writers name a key by its digest, in hex or base64, or by a label that both sides have agreed on. */
function names(hint: string, { id, label }: RuleKey): boolean {
  const hex = id.slice('sha256:'.length);
  const base64 = Buffer.from(hex, 'hex').toString('base64');
  return [id, hex, base64, `SHA256:${base64.replace(/=+$/, '')}`, label].includes(hint);
}
