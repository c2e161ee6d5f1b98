import type { Bundle } from '@sigstore/bundle';
import type { TrustMaterial } from '@sigstore/verify';
import type { Signer } from '@testbench/types/stores';

import { verifyByCertificate, verifyByKey, type SignedArtifact } from './bundle/open-bundle.js';
import { parseBundle } from './bundle/parse-bundle.js';
import { isOurs, PREDICATES } from './bundle/predicates.js';
import { Refusal } from './bundle/refusal.js';
import { parseStatement, type Statement } from './bundle/statement.js';
import { MAX_CLOCK_SKEW_MS } from './limits.js';
import { readPublicKeyDer, type PublicKey } from './keys/public-key.js';
import { matchesIdentity } from './rules/identity.js';
import type { ReadNameRule, RuleKey, TrustRules } from './rules/parse-trust-rules.js';
import type { TrustedIdentity } from './rules/trust-rules.js';

/** A bundle with a valid signature by a signer that counts for the artifact. */
export interface OpenClaim {
  readonly signer: Signer;
  /** No rule names this signer. */
  readonly firstUse: boolean;
  readonly statement: Statement | undefined;
  /** It vouches for the artifact; others only say something about it. */
  readonly vouches: boolean;
}

/** What is needed to open a bundle. */
export interface ClaimContext {
  readonly rules: TrustRules;
  readonly rule: ReadNameRule | undefined;
  readonly artifact: SignedArtifact;
  /** `<name>@<version>` */
  readonly subject: string;
  readonly material: TrustMaterial | undefined;
  readonly now: Date;
}

/** Reads a bundle, and checks what it is about before it checks who signed. */
export function readClaim(source: Uint8Array, context: ClaimContext): ReadClaim {
  const bundle = parseBundle(source);
  const { content } = bundle;
  const statement =
    content.$case === 'dsseEnvelope' ? parseStatement(content.dsseEnvelope.payload) : undefined;
  const vouches = statement === undefined || isVouching(bundle, statement);
  if (statement !== undefined) checkSubject(statement, context);
  return { bundle, statement, vouches };
}

/** A bundle before its signature is checked. */
export interface ReadClaim {
  readonly bundle: Bundle;
  readonly statement: Statement | undefined;
  readonly vouches: boolean;
}

/** Checks who signed. */
export function openClaim(claim: ReadClaim, context: ClaimContext): OpenClaim {
  const { content } = claim.bundle.verificationMaterial;
  const { signer, firstUse } =
    content.$case === 'publicKey'
      ? openByKey(claim, content.publicKey.hint, context)
      : openByCertificate(claim, context);
  checkAge(claim, context);
  return { signer, firstUse, statement: claim.statement, vouches: claim.vouches };
}

/** A plugin is vouched for by a release, a run by its result; no digest is of both. */
const VOUCHING = new Set<string>([PREDICATES.release, PREDICATES.evaluationResult]);

/** With a key only these vouch, since it names the artifact; whom a certificate names says so by any statement of others. */
function isVouching({ verificationMaterial }: Bundle, { predicateType }: Statement): boolean {
  if (VOUCHING.has(predicateType)) return true;
  return verificationMaterial.content.$case !== 'publicKey' && !isOurs(predicateType);
}

function checkSubject({ subjects, predicateType }: Statement, context: ClaimContext): void {
  const { artifact, subject } = context;
  const found = subjects.filter(({ digest }) => digest['sha256'] === artifact.sha256);
  if (found.length === 0) throw wrongArtifact('it is about another digest');
  if (isOurs(predicateType) && !found.some(({ name }) => name === subject)) {
    throw wrongArtifact('it is about another name or version');
  }
}

function openByKey(claim: ReadClaim, hint: string, context: ClaimContext) {
  const { bundle } = claim;
  const { artifact, material, rule, rules, now } = context;
  const signerOf = (id: string, label?: string): Signer =>
    label === undefined
      ? { id: `key:${id}`, kind: 'key' }
      : { id: `key:${id}`, kind: 'key', label };

  const hinted = rules.keys.find((key) => names(hint, key));
  const candidates = hinted === undefined ? (rule?.keys ?? []) : [hinted];
  for (const key of candidates) {
    const proved = tryKey(bundle, artifact, key, material, hinted !== undefined);
    if (proved === undefined) continue;
    checkValid(key, proved, now);
    if (rule?.keys.includes(key) !== true) break;
    return { signer: signerOf(key.id, key.label), firstUse: false };
  }
  if (hinted === undefined && rule?.firstUse === true) {
    const carried = carriedKey(claim.statement);
    if (carried !== undefined && carried.id === hint) {
      verifyByKey(bundle, artifact, carried, material);
      return { signer: signerOf(carried.id), firstUse: true };
    }
  }
  throw new Refusal('SIGNER_UNTRUSTED', 'Cannot trust bundle: no rule has its key for this name');
}

/** @returns undefined if it is the signature of another key, and the bundle does not say that it is of this one. */
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

function checkValid({ from, to, revoked, label }: RuleKey, proved: boolean, now: Date): void {
  if (revoked !== undefined) {
    throw new Refusal('KEY_REVOKED', `Cannot trust bundle: the key "${label}" was revoked`);
  }
  // Times that others proved were compared by the library. Without, only the present is known.
  if (proved) return;
  if ((from !== undefined && now < from) || (to !== undefined && now > to)) {
    const state = from !== undefined && now < from ? 'is not valid yet' : 'is no longer valid';
    throw new Refusal(
      'KEY_EXPIRED',
      `Cannot trust bundle: the key "${label}" ${state}, by a clock that says ${now.toISOString()}`,
    );
  }
}

function openByCertificate(claim: ReadClaim, context: ClaimContext) {
  const { artifact, material, rule, rules } = context;
  const found = verifyByCertificate(claim.bundle, artifact, material);
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
    const signer: Signer = { id, kind: 'identity', label: known.label };
    return { signer, firstUse: false };
  }
  if (rule?.firstUse !== true) {
    throw new Refusal(
      'SIGNER_UNTRUSTED',
      'Cannot trust bundle: no rule has its identity for this name',
    );
  }
  const signer: Signer = { id, kind: 'identity' };
  return { signer, firstUse: true };
}

function checkAge({ statement, vouches }: ReadClaim, { rule, now }: ClaimContext): void {
  const signedAt = Date.parse(textOf(statement?.predicate, 'signedAt') ?? '');
  const isOwn = statement !== undefined && isOurs(statement.predicateType);
  // One that is dated ahead would never be too old.
  if (isOwn && signedAt - now.getTime() > MAX_CLOCK_SKEW_MS) {
    throw new Refusal(
      'TIMESTAMP_INVALID',
      'Cannot trust bundle: it is dated in the future; the clock of its signer or of this machine is wrong',
    );
  }
  if (!vouches || rule?.maxAgeMs === undefined) return;
  if (!(now.getTime() - signedAt <= rule.maxAgeMs)) {
    throw new Refusal(
      'SIGNATURE_EXPIRED',
      'Cannot trust bundle: it is older than the rule allows, or has no date',
    );
  }
}

/** The public key in a statement of ours: it proves only that the signer had it. */
function carriedKey(statement: Statement | undefined): PublicKey | undefined {
  if (statement === undefined || !isOurs(statement.predicateType)) return undefined;
  const base64 = textOf(statement.predicate, 'publicKey');
  return base64 === undefined ? undefined : readPublicKeyDer(base64);
}

function textOf(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const text = (value as Record<string, unknown>)[key];
  return typeof text === 'string' ? text : undefined;
}

/** Writers name a key by its digest, in hex or base64, or by the label that both sides agreed on. */
function names(hint: string, { id, label }: RuleKey): boolean {
  const hex = id.slice('sha256:'.length);
  const base64 = Buffer.from(hex, 'hex').toString('base64');
  return [id, hex, base64, `SHA256:${base64.replace(/=+$/, '')}`, label].includes(hint);
}

function wrongArtifact(state: string): Refusal {
  return new Refusal('WRONG_ARTIFACT', `Cannot trust bundle: ${state}`);
}
