import { describe, expect, it } from 'vitest';

import { PolicyGrants, type PolicyEntry } from './policy-grants.js';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const env = (name: string): PolicyEntry['permissions'] => ({ envVars: true, allowedEnv: [name] });

describe('PolicyGrants', () => {
  const policy = new PolicyGrants([
    { name: 'a', digest: digest('1'), permissions: env('ONE') },
    { name: 'a', digest: digest('2'), permissions: env('TWO') },
    { name: 'b', digest: 'any', permissions: env('ANY') },
    { name: 'b', digest: digest('3'), permissions: {} },
  ]);

  it.each([
    { name: 'a', digest: digest('1'), granted: 'ONE' },
    { name: 'a', digest: digest('2'), granted: 'TWO' },
    { name: 'b', digest: digest('1'), granted: 'ANY' },
    // Its own entry grants nothing, and takes precedence.
    { name: 'b', digest: digest('3'), granted: undefined },
    { name: 'a', digest: digest('3'), granted: undefined },
    { name: 'c', digest: digest('1'), granted: undefined },
    { name: undefined, digest: digest('1'), granted: undefined },
    { name: 'a', digest: 'any', granted: undefined },
  ])('grants $granted to $name with $digest', ({ granted, ...request }) => {
    const permissions = policy.grantsFor(request);
    expect(['ONE', 'TWO', 'ANY'].filter((name) => permissions.allowsEnv(name))).toEqual(
      granted === undefined ? [] : [granted],
    );
  });

  it.each([
    { entries: {}, path: 'policy.plugins' },
    { entries: [7], path: 'policy.plugins[0]' },
    { entries: [{ name: '', digest: 'any', permissions: {} }], path: 'policy.plugins[0].name' },
    { entries: [{ name: 'a', permissions: {} }], path: 'policy.plugins[0].digest' },
    {
      entries: [{ name: 'a', digest: 'sha256:12', permissions: {} }],
      path: 'policy.plugins[0].digest',
    },
    { entries: [{ name: 'a', digest: 'any' }], path: 'policy.plugins[0].permissions' },
    {
      entries: [{ name: 'a', digest: 'any', permissions: { network: true } }],
      path: 'policy.plugins[0].permissions.network',
    },
    {
      entries: [
        { name: 'a', digest: 'any', permissions: {} },
        { name: 'a', digest: 'any', permissions: {} },
      ],
      path: 'policy.plugins[1]',
    },
  ])('refuses $entries', ({ entries, path }) => {
    expect(() => new PolicyGrants(entries as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path }),
    );
  });

  it('refuses a key that it does not know', () => {
    const entries = [{ name: 'a', digest: 'any', permission: {} }];
    expect(() => new PolicyGrants(entries as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNKNOWN_KEY', path: 'policy.plugins[0].permission' }),
    );
  });
});
