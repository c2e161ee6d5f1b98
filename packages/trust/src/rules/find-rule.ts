import type { ReadNameRule, TrustRules } from './parse-trust-rules.js';

/**
 * Finds the rule for a name: the one with the longest text before its `*`, or none. An expired rule trusts no one, and permits
 * nothing unsigned.
 */
export function findRule(rules: TrustRules, name: string, now: Date): ReadNameRule | undefined {
  const rule = mostSpecific(rules.names, name);
  if (rule?.expires === undefined || now <= rule.expires) return rule;
  return { ...rule, keys: [], identities: [], unsigned: 'refuse', firstUse: false };
}

function mostSpecific(rules: readonly ReadNameRule[], name: string): ReadNameRule | undefined {
  let best: ReadNameRule | undefined;
  for (const rule of rules) {
    if (rule.name === name) return rule;
    if (!rule.name.endsWith('*') || !name.startsWith(rule.name.slice(0, -1))) continue;
    if (best === undefined || rule.name.length > best.name.length) best = rule;
  }
  return best;
}
