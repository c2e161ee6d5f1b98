import { TrustError } from '../errors.js';
import { parseTrustRules } from './parse-trust-rules.js';
import type { NameRule, TrustedIdentity, TrustedKey, TrustRulesInput } from './trust-rules.js';

/** A signer for {@link trustSigner} to add, with its label and the names it may sign. */
export interface NewSigner {
  readonly label: string;
  readonly signer: TrustedKey | TrustedIdentity;
  /** Names or namespaces: `acme/length`, `acme/*`, `*`. */
  readonly names: readonly string[];
}

/**
 * Adds a signer to rules. An existing rule for one of the names gets one more signer; for other names, a new rule is added that refuses
 * unsigned artifacts.
 *
 * @throws {TrustError} `TRUST_KEY_EXISTS` if there is another signer of that name.
 * @throws {ConfigError} If the rules, before or after, are invalid.
 *
 * @example
 * ```ts
 * import { trustSigner } from '@testbench/trust';
 *
 * const signer = { issuer: 'https://accounts.example.com', subject: 'release@acme.example' };
 * trustSigner({}, { label: 'acme', signer, names: ['acme/*'] }).names?.[0]?.signers; // => ['acme']
 * ```
 */
export function trustSigner(rules: TrustRulesInput, added: NewSigner): TrustRulesInput {
  parseTrustRules(rules);
  const { label, signer, names } = added;
  const kind = 'publicKey' in signer ? 'keys' : 'identities';
  const before = { ...rules.keys, ...rules.identities };
  if (Object.hasOwn(before, label) && JSON.stringify(before[label]) !== JSON.stringify(signer)) {
    throw new TrustError(
      'TRUST_KEY_EXISTS',
      `Cannot trust ${JSON.stringify(label)}: there is another signer of that name`,
    );
  }
  const found: NameRule[] = [...(rules.names ?? [])];
  for (const name of names) {
    const index = found.findIndex((rule) => rule.name === name);
    const rule = found[index] ?? { name };
    const signers = [...new Set([...(rule.signers ?? []), label])];
    if (index < 0) found.push({ ...rule, signers });
    else found[index] = { ...rule, signers };
  }
  // Without rules, anyone was trusted on first use. That remains so for all other names.
  if (rules.names === undefined && !found.some(({ name }) => name === '*')) {
    found.push({ name: '*', unsigned: 'process', firstUse: true });
  }
  const after = { ...rules, [kind]: { ...rules[kind], [label]: signer }, names: found };
  parseTrustRules(after);
  return after;
}

/**
 * Revokes a signer: nothing that it signed is trusted any more, under any rule.
 *
 * @param reason Recorded in the rules.
 * @throws {TrustError} `TRUST_KEY_NOT_FOUND`
 *
 * @example
 * ```ts
 * import { revokeSigner, trustSigner } from '@testbench/trust';
 *
 * const signer = { issuer: 'https://accounts.example.com', subject: 'release@acme.example' };
 * const rules = trustSigner({}, { label: 'acme', signer, names: ['acme/*'] });
 * revokeSigner(rules, 'acme', 'laptop lost').identities?.['acme']?.revoked; // => 'laptop lost'
 * ```
 */
export function revokeSigner(
  rules: TrustRulesInput,
  label: string,
  reason: string,
): TrustRulesInput {
  for (const kind of ['keys', 'identities'] as const) {
    const signers = rules[kind] ?? {};
    if (!Object.hasOwn(signers, label)) continue;
    return { ...rules, [kind]: { ...signers, [label]: { ...signers[label], revoked: reason } } };
  }
  throw new TrustError(
    'TRUST_KEY_NOT_FOUND',
    `Cannot revoke ${JSON.stringify(label)}: the rules have no such signer`,
  );
}
