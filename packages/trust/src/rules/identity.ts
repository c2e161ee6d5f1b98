import { type ConfigNode, readOptions } from '@testbench/types/config';

import type { TrustedIdentity } from './trust-rules.js';

/** Reads an identity from the rules. */
export function readIdentity(node: ConfigNode): TrustedIdentity {
  return readOptions<TrustedIdentity>(
    node.value,
    { issuer: (item) => item.text(), subject: readSubject, revoked: (item) => item.text() },
    node.path,
    ['issuer', 'subject'],
  );
}

/** True if a certificate names the identity in the rules. */
export function matchesIdentity(
  { issuer, subject }: TrustedIdentity,
  found: { readonly issuer: string; readonly subject: string },
): boolean {
  if (issuer !== found.issuer) return false;
  return subject.endsWith('*')
    ? found.subject.startsWith(subject.slice(0, -1))
    : found.subject === subject;
}

/** A lone `*` would match any identity known to the issuer. */
function readSubject(node: ConfigNode): string {
  const subject = node.text();
  if (!/^[^*]+\*?$/.test(subject)) node.reject('a text, with "*" at most at its end');
  return subject;
}
