import { ConfigNode, joinPath, readOptions } from '@testbench/types/config';
import { ConfigError, PluginError } from '@testbench/types/errors';

import { readPublicKey, type PublicKey } from '../keys/public-key.js';
import { readIdentity } from './identity.js';
import type {
  NameRule,
  TrustedIdentity,
  TrustedKey,
  TrustRulesInput,
  UnsignedRule,
} from './trust-rules.js';

/** A key of the rules, parsed. */
export interface RuleKey extends PublicKey {
  readonly label: string;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  readonly revoked: string | undefined;
}

/** An identity of the rules, parsed. */
export interface RuleIdentity extends TrustedIdentity {
  readonly label: string;
}

/** A rule for names, with its signers. */
export interface ReadNameRule {
  readonly name: string;
  readonly keys: readonly RuleKey[];
  readonly identities: readonly RuleIdentity[];
  readonly threshold: number;
  readonly unsigned: UnsignedRule;
  readonly firstUse: boolean;
  readonly maxAgeMs: number | undefined;
  readonly expires: Date | undefined;
}

/** Parsed rules: who is trusted for which names. */
export interface TrustRules {
  readonly keys: readonly RuleKey[];
  readonly identities: readonly RuleIdentity[];
  readonly names: readonly ReadNameRule[];
  /** File of the trusted root, as stated in the rules: it is not read here. */
  readonly trustedRoot: string | undefined;
}

const DAY_MS = 86_400_000;

/** Anyone may sign, and the lockfile records the signer; unsigned plugins run in a separate process. */
const DEFAULT_NAMES: readonly NameRule[] = [{ name: '*', unsigned: 'process', firstUse: true }];

/**
 * Parses rules, for example the contents of a rules file.
 *
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`; `CONFIG_INVALID`, also for an invalid key, an undefined signer, a
 *   threshold that its signers cannot reach, and two rules for one name.
 *
 * @example
 * ```ts
 * import { parseTrustRules } from '@testbench/trust';
 *
 * parseTrustRules({ names: [{ name: '*', unsigned: 'refuse' }] }).names.length; // => 1
 * ```
 */
export function parseTrustRules(value: unknown, path = ''): TrustRules {
  const input = readOptions<TrustRulesInput>(
    value,
    {
      specificationVersion: (node) => node.oneOf(['v1']),
      keys: (node) => readTable(node, readKey),
      identities: (node) => readTable(node, readIdentity),
      trustedRoot: (node) => node.text(),
      names: (node) => node.list().map((item) => readNameRule(item)),
    },
    path,
  );
  const keys = entries(input.keys).map(([label, key]) =>
    toRuleKey(label, key, joinPath(path, 'keys')),
  );
  const identities = entries(input.identities).map(([label, identity]) =>
    Object.assign({ label }, identity),
  );
  const labels = new Set<string>();
  for (const { label } of [...keys, ...identities]) {
    if (labels.has(label)) invalid(joinPath(path, 'identities'), `"${label}" is a key too`);
    labels.add(label);
  }
  const seen = new Set<string>();
  const names = (input.names ?? DEFAULT_NAMES).map((rule, index) => {
    const at = joinPath(path, `names[${index}]`);
    if (seen.has(rule.name)) invalid(at, `there are two rules for "${rule.name}"`);
    seen.add(rule.name);
    return toReadRule(rule, keys, identities, at);
  });
  return { keys, identities, names, trustedRoot: input.trustedRoot };
}

function toReadRule(
  rule: NameRule,
  keys: readonly RuleKey[],
  identities: readonly RuleIdentity[],
  path: string,
): ReadNameRule {
  const { signers = [], threshold = 1, firstUse = false, unsigned = 'refuse' } = rule;
  for (const signer of signers) {
    const known = [...keys, ...identities].some(({ label }) => label === signer);
    if (!known) invalid(joinPath(path, 'signers'), `there is no key or identity "${signer}"`);
  }
  if (new Set(signers).size !== signers.length) {
    invalid(joinPath(path, 'signers'), 'a signer is there twice');
  }
  if (threshold > Math.max(signers.length, 1)) {
    invalid(
      joinPath(path, 'threshold'),
      `it is ${threshold}, and there are ${signers.length} signers`,
    );
  }
  return {
    name: rule.name,
    keys: keys.filter(({ label }) => signers.includes(label)),
    identities: identities.filter(({ label }) => signers.includes(label)),
    threshold,
    unsigned,
    firstUse,
    maxAgeMs: rule.maxAgeDays === undefined ? undefined : rule.maxAgeDays * DAY_MS,
    expires: rule.expires === undefined ? undefined : new Date(rule.expires),
  };
}

function toRuleKey(label: string, key: TrustedKey, path: string): RuleKey {
  try {
    return {
      label,
      ...readPublicKey(key.publicKey),
      from: key.from === undefined ? undefined : new Date(key.from),
      to: key.to === undefined ? undefined : new Date(key.to),
      revoked: key.revoked,
    };
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    throw new ConfigError(
      'CONFIG_INVALID',
      joinPath(joinPath(path, label), 'publicKey'),
      cause.message,
      { cause },
    );
  }
}

function readKey(node: ConfigNode): TrustedKey {
  return readOptions<TrustedKey>(
    node.value,
    {
      publicKey: (item) => item.text(),
      from: readTime,
      to: readTime,
      revoked: (item) => item.text(),
    },
    node.path,
    ['publicKey'],
  );
}

function readNameRule(node: ConfigNode): NameRule {
  return readOptions<NameRule>(
    node.value,
    {
      name: readPattern,
      signers: (item) => item.list().map((signer) => signer.text()),
      threshold: (item) => item.wholeNumber(1, 100),
      unsigned: (item) => item.oneOf(['process', 'refuse']),
      firstUse: (item) => item.boolean(),
      maxAgeDays: (item) => item.number(0.001, 36_500),
      expires: readTime,
    },
    node.path,
    ['name'],
  );
}

/** `*` only at the end, and after a slash: `acme*` would trust the keys of acme for `acme-evil`. */
function readPattern(node: ConfigNode): string {
  const pattern = node.text();
  if (!/^(?:\*|[^*]+\/\*|[^*]+)$/.test(pattern)) node.reject('a name, "<namespace>/*" or "*"');
  return pattern;
}

function readTime(node: ConfigNode): string {
  const text = node.text();
  const isTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(
    text,
  );
  if (!isTime || Number.isNaN(Date.parse(text)))
    node.reject('a time such as "2027-01-31T12:00:00Z"');
  return text;
}

function readTable<Value>(
  node: ConfigNode,
  read: (node: ConfigNode) => Value,
): Readonly<Record<string, Value>> {
  const table = Object.create(null) as Record<string, Value>;
  for (const [label, value] of Object.entries(node.object())) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(label)) {
      invalid(
        node.path,
        'a name has other than letters, digits, ".", "_", "@" and "-", or more than 64',
      );
    }
    table[label] = read(new ConfigNode(value, joinPath(node.path, label)));
  }
  return table;
}

function entries<Value>(table: Readonly<Record<string, Value>> | undefined): [string, Value][] {
  return Object.entries(table ?? {});
}

function invalid(path: string, state: string): never {
  throw new ConfigError('CONFIG_INVALID', path, `Cannot read "${path}": ${state}`);
}
