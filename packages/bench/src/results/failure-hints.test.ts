import { describe, expect, it } from 'vitest';

import { causeOf, FailureGroups } from './failure-groups.js';
import { DenialLog, failureHints } from './failure-hints.js';
import type { ResultRow } from './result-row.js';

const row = (index: number, failure: Partial<NonNullable<ResultRow['failure']>>): ResultRow => ({
  index,
  prompt: 'p',
  provider: 'o',
  model: 'm',
  epoch: 1,
  scores: {},
  failure: { stage: 'provider', code: 'CALL_PLUGIN_FAILED', message: '', ...failure },
});

describe('causeOf()', () => {
  it.each([
    [
      'Rate limit of 500 reached (request req_8fk2m1x0), again in 1.2 s',
      'Rate limit of # reached (request …), again in # s',
    ],
    ['Cannot reach https://api.example.com:443', 'Cannot reach https://api.example.com:#'],
    ['no numbers', 'no numbers'],
  ])('of %j is %j', (message, cause) => {
    expect(causeOf(message)).toBe(cause);
  });
});

describe('FailureGroups', () => {
  it('counts by code and cause, the most frequent first', () => {
    const groups = new FailureGroups();
    groups.add(row(0, { message: 'the server answered 500', status: 500, retryable: true }));
    for (const index of [1, 2, 3])
      groups.add(row(index, { message: `request ${index} was refused` }));
    expect(groups.groups()).toMatchObject([
      { cause: 'request # was refused', count: 3, first: { index: 1 } },
      { cause: 'the server answered #', count: 1, status: 500, retryable: true },
    ]);
  });

  it('keeps to a hundred groups, whatever plugins say', () => {
    const groups = new FailureGroups();
    const word = (n: number): string =>
      String(n).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!);
    for (let index = 0; index < 1000; index += 1) groups.add(row(index, { message: word(index) }));
    const found = groups.groups();
    expect(found).toHaveLength(101);
    expect(found[0]).toMatchObject({ cause: 'other causes', count: 900 });
  });
});

describe('failureHints()', () => {
  const hintOf = (
    denied: string | undefined,
    failure: Parameters<typeof row>[1],
  ): string | undefined => {
    const log = new DenialLog();
    log.add('run/providers[0]', 'a plugin says something');
    if (denied !== undefined) log.add('run/providers[0]', denied);
    const groups = new FailureGroups();
    groups.add(row(0, failure));
    const stage = { id: 'run/providers[0]', path: 'providers[0]' };
    return groups.groups(failureHints(log.denials, () => stage))[0]?.hint;
  };

  it('names the host that was refused, and the line to add', () => {
    const denied = 'denied: HTTP request: POST https://api.example.com/v1/chat?x=1';
    expect(hintOf(denied, {})).toBe(
      'the plugin may not ask https://api.example.com: add to providers[0] of the configuration: permissions: { network: true, allowedHosts: ["https://api.example.com"] }',
    );
  });

  it('names a secret that is missing, and how the policy gets it', () => {
    const denied =
      'denied: POST https://api.example.com: secret "OPENAI_API_KEY": there is none of that name';
    expect(hintOf(denied, {})).toBe(
      'the policy has no secret "OPENAI_API_KEY": add "secrets": { "OPENAI_API_KEY": { "env": "OPENAI_API_KEY", "hosts": ["api.example.com"] } } to the file that "policy" names, and set the environment variable OPENAI_API_KEY',
    );
  });

  it.each([
    { failure: { status: 401 }, says: 'environment variable' },
    { failure: { status: 404 }, says: 'base_url' },
    { failure: { code: 'CALL_FUEL_EXHAUSTED' }, says: 'limits.maxFuel' },
  ])('knows what $failure needs', ({ failure, says }) => {
    expect(hintOf(undefined, failure)).toContain(says);
  });

  it('says nothing where it knows nothing', () => {
    expect(hintOf(undefined, {})).toBeUndefined();
  });
});
