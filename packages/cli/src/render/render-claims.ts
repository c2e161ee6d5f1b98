import { type ListedClaim, PREDICATES } from '@testbench/trust';
import type { Verification } from '@testbench/types/stores';

import { kindOfMediaType } from '../attest/predicate-kinds.js';
import type { AttachedClaims, UnsignedAttachment } from '../read-claims.js';
import { describePredicate, describeTests } from './describe-predicate.js';
import { escapeText } from './escape-text.js';
import type { Style } from './style.js';

/** Attachments of an artifact, one per line; those without a trusted signer begin with "not verified". */
export function describeClaims({ claims, unsigned }: AttachedClaims): string[] {
  return [...claims.map(describeClaim), ...unsigned.map(describeUnsigned)];
}

/** The same as a separate section, with the signers who vouch for the artifact. */
export function renderClaims(attached: AttachedClaims, style: Style): string {
  const claims = describeClaims(attached);
  const lines = [`signed by ${describeSigners(attached.signature)}`, ...claims];
  return [style.bold('Attached'), ...lines.map((line) => `  ${escapeText(line)}`)].join('\n');
}

function describeClaim({ state, code, predicateType, predicate, signer }: ListedClaim): string {
  const what =
    predicateType === undefined
      ? code === undefined || code === 'SIGNER_UNTRUSTED'
        ? 'message signature'
        : 'bundle'
      : describePredicate(predicateType, predicate);
  if (state === 'trusted') return `${what}, by ${signer?.label ?? signer?.id}`;
  const reason =
    state === 'refused' ? code : `no rule names its signer, ${signer?.id ?? 'unknown'}`;
  return `not verified (${reason}): ${what}`;
}

function describeUnsigned({ artifactType = 'of no type', content }: UnsignedAttachment): string {
  const kind = kindOfMediaType(artifactType)?.predicateType;
  const what = kind === undefined ? artifactType : describePredicate(kind, content);
  return `not verified (nobody signed it): ${what}`;
}

/** The signers of an artifact, in short. */
export function describeSigners(signature: Verification): string {
  if (signature.outcome === 'refused') return `refused (${signature.code})`;
  if (signature.outcome === 'unsigned') return 'nobody';
  const names = signature.signers.map(({ label, id }) => label ?? id);
  // On first use, any key is accepted.
  return signature.firstUse ? `${names.join(', ')} (no rule names it)` : names.join(', ');
}

/** The latest test result, in a few words. */
export function describeTested({ claims }: AttachedClaims): string {
  const results = claims.filter(({ predicateType }) => predicateType === PREDICATES.testResult);
  const trusted = results.filter(({ state }) => state === 'trusted');
  if (trusted.length > 0) return describeTests(latest(trusted).predicate);
  return results.length === 0 ? 'no' : 'not verified';
}

function latest(claims: readonly ListedClaim[]): ListedClaim {
  const time = ({ predicate }: ListedClaim): string => {
    const at = (predicate as { readonly signedAt?: unknown } | null | undefined)?.signedAt;
    return typeof at === 'string' ? at : '';
  };
  return claims.reduce((best, claim) => (time(claim) > time(best) ? claim : best));
}
