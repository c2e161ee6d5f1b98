import type { Bundle } from '@sigstore/bundle';
import type { TrustMaterial } from '@sigstore/verify';

import { verifyByCertificate, verifyByKey, type SignedArtifact } from './bundle/open-bundle.js';
import { parseBundle } from './bundle/parse-bundle.js';
import { isOurs } from './bundle/predicates.js';
import { Refusal } from './bundle/refusal.js';
import { parseStatement, predicateText, type Statement } from './bundle/statement.js';
import { readPublicKeyDer, type PublicKey } from './keys/public-key.js';
import {
  admitFirstKey,
  admitIdentity,
  admitKey,
  type AdmittedSigner,
  candidateKeys,
  untrustedKey,
} from './rules/admit-signer.js';
import { checkAge, checkSubject, isVouching } from './rules/check-statement.js';
import type { OpenClaim } from './rules/decide.js';
import type { ReadNameRule, RuleKey, TrustRules } from './rules/parse-trust-rules.js';

/** Context for opening a bundle. */
export interface ClaimContext {
  readonly rules: TrustRules;
  readonly rule: ReadNameRule | undefined;
  readonly artifact: SignedArtifact;
  /** `<name>@<version>` */
  readonly subject: string;
  readonly material: TrustMaterial | undefined;
  readonly now: Date;
}

/** Reads a bundle, and checks its subject before its signer. */
export function readClaim(source: Uint8Array, context: ClaimContext): ReadClaim {
  const bundle = parseBundle(source);
  const { content } = bundle;
  const statement =
    content.$case === 'dsseEnvelope' ? parseStatement(content.dsseEnvelope.payload) : undefined;
  if (statement !== undefined) checkSubject(statement, context.artifact, context.subject);
  const byKey = bundle.verificationMaterial.content.$case === 'publicKey';
  return { bundle, statement, vouches: isVouching(statement, byKey) };
}

/** A bundle before its signature is checked. */
export interface ReadClaim {
  readonly bundle: Bundle;
  readonly statement: Statement | undefined;
  readonly vouches: boolean;
}

/** Checks who signed: the signature, and then whether the signer counts in `rules`. */
export function openClaim(claim: ReadClaim, context: ClaimContext): OpenClaim {
  const { content } = claim.bundle.verificationMaterial;
  const { signer, firstUse } =
    content.$case === 'publicKey'
      ? openByKey(claim, content.publicKey.hint, context)
      : openByCertificate(claim, context);
  const { statement, vouches } = claim;
  checkAge(statement, vouches, context.rule, context.now);
  return { signer, firstUse, statement, vouches };
}

function openByKey(claim: ReadClaim, hint: string, context: ClaimContext): AdmittedSigner {
  const { bundle, statement } = claim;
  const { artifact, material, rule, rules, now } = context;
  const { keys, named } = candidateKeys(hint, rules, rule);
  for (const key of keys) {
    const isTimeProved = tryKey(bundle, artifact, key, material, named);
    if (isTimeProved !== undefined) return admitKey(key, rule, isTimeProved, now);
  }
  const carried = rule?.firstUse === true ? carriedKey(statement) : undefined;
  if (carried?.id !== hint) throw untrustedKey();
  verifyByKey(bundle, artifact, carried, material);
  return admitFirstKey(carried, rule);
}

/** @returns undefined if another key made the signature, and the bundle does not claim that this one did. */
function tryKey(
  bundle: Bundle,
  artifact: SignedArtifact,
  key: RuleKey,
  material: TrustMaterial | undefined,
  named: boolean,
): boolean | undefined {
  try {
    return verifyByKey(bundle, artifact, key, material);
  } catch (error) {
    if (!named && error instanceof Refusal && error.code === 'SIGNATURE_INVALID') return undefined;
    throw error;
  }
}

function openByCertificate({ bundle }: ReadClaim, context: ClaimContext): AdmittedSigner {
  const found = verifyByCertificate(bundle, context.artifact, context.material);
  return admitIdentity(found, context.rules, context.rule);
}

/** The public key in our own statement: it proves only that the signer had it. */
function carriedKey(statement: Statement | undefined): PublicKey | undefined {
  if (statement === undefined || !isOurs(statement.predicateType)) return undefined;
  const base64 = predicateText(statement, 'publicKey');
  return base64 === undefined ? undefined : readPublicKeyDer(base64);
}
