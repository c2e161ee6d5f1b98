import type { Verification } from '@testbench/types/stores';

import { describePredicate } from './describe-predicate.js';
import { escapeText } from './escape-text.js';
import type { Style } from './style.js';

/** The signers of an artifact, or why each is not accepted; one line each. */
export function renderVerification(found: Verification, style: Style): string {
  if (found.outcome === 'refused') {
    return `${style.red('refused')} (${found.code}): ${escapeText(found.message)}`;
  }
  if (found.outcome === 'unsigned') {
    return `${style.yellow('unsigned')}: nobody vouches for it; it may run in a ${found.isolation} of its own`;
  }
  const signers = found.signers.map(({ label, id }) =>
    label === undefined ? id : `${label} (${id})`,
  );
  const first = found.firstUse ? ', on first use' : '';
  return [
    `${style.green('trusted')}: signed by ${escapeText(signers.join(', '))}${first}`,
    ...found.attestations.map(({ predicateType, predicate, signer }) =>
      escapeText(
        `  ${describePredicate(predicateType, predicate)}, by ${signer.label ?? signer.id}`,
      ),
    ),
  ].join('\n');
}
