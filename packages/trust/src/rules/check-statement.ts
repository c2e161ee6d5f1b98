import { isOurs, PREDICATES } from '../bundle/predicates.js';
import { Refusal } from '../bundle/refusal.js';
import { predicateText, type Statement } from '../bundle/statement.js';
import { MAX_CLOCK_SKEW_MS } from '../limits.js';
import type { ReadNameRule } from './parse-trust-rules.js';

/** A release vouches for a plugin, a result for a run; no digest belongs to both. */
const VOUCHING = new Set<string>([PREDICATES.release, PREDICATES.evaluationResult]);

/**
 * True if a statement vouches for its artifact: other statements only describe it. With a key, only the types above vouch, since they name the
 * artifact; with a certificate, any third-party statement does, and so does a signature over the artifact itself.
 *
 * @param statement undefined for a message signature.
 */
export function isVouching(statement: Statement | undefined, byKey: boolean): boolean {
  if (statement === undefined || VOUCHING.has(statement.predicateType)) return true;
  return !byKey && !isOurs(statement.predicateType);
}

/**
 * Checks that a statement is about the artifact: by its digest, and, for one of our statements, by its name too.
 *
 * @param subject `<name>@<version>`
 * @throws {Refusal} `WRONG_ARTIFACT`
 */
export function checkSubject(
  { subjects, predicateType }: Statement,
  artifact: { readonly sha256: string },
  subject: string,
): void {
  const found = subjects.filter(({ digest }) => digest['sha256'] === artifact.sha256);
  if (found.length === 0) throw wrongArtifact('it is about another digest');
  if (isOurs(predicateType) && !found.some(({ name }) => name === subject)) {
    throw wrongArtifact('it is about another name or version');
  }
}

/**
 * Checks the age of a claim against the limit, by the date that the claim states.
 *
 * @throws {Refusal} `TIMESTAMP_INVALID`, `SIGNATURE_EXPIRED`
 */
export function checkAge(
  statement: Statement | undefined,
  vouches: boolean,
  rule: ReadNameRule | undefined,
  now: Date,
): void {
  const signed = Date.parse(predicateText(statement, 'signedAt') ?? '');
  const isOwn = statement !== undefined && isOurs(statement.predicateType);
  // A claim dated ahead would never be too old.
  if (isOwn && signed - now.getTime() > MAX_CLOCK_SKEW_MS) {
    throw new Refusal(
      'TIMESTAMP_INVALID',
      'Cannot trust bundle: it is dated in the future; the clock of its signer or of this machine is wrong',
    );
  }
  if (!vouches || rule?.maxAgeMs === undefined) return;
  if (!(now.getTime() - signed <= rule.maxAgeMs)) {
    throw new Refusal(
      'SIGNATURE_EXPIRED',
      'Cannot trust bundle: it is older than the rule allows, or has no date',
    );
  }
}

function wrongArtifact(state: string): Refusal {
  return new Refusal('WRONG_ARTIFACT', `Cannot trust bundle: ${state}`);
}
