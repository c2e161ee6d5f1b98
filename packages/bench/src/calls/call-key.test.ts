import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { callKey, type CallKeyParts } from './call-key.js';

const parts: CallKeyParts = {
  plugin: `sha256:${'0'.repeat(64)}`,
  config: { base_url: 'https://a.example', retries: 0 },
  input: { model: 'small', prompt: 'Hi' },
  epoch: 0,
  ask: 0,
};

/** The same value with its keys in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('callKey()', () => {
  // RFC 8785: no space, keys by UTF-16 code units.
  it('is the SHA-256 of canonical JSON', () => {
    const text = `[1,"${parts.plugin}",{"base_url":"https://a.example","retries":0},{"model":"small","prompt":"Hi"},0,0]`;
    expect(callKey(parts)).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('does not depend on the order of keys, and on nothing that JSON leaves out', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        const same = reversed(JSON.parse(JSON.stringify(input)));
        expect(callKey({ ...parts, input: same })).toBe(callKey({ ...parts, input }));
      }),
    );
    const input = { model: 'small', prompt: 'Hi', seed: undefined };
    expect(callKey({ ...parts, input })).toBe(callKey(parts));
    expect(callKey({ ...parts, config: undefined })).toBe(callKey({ ...parts, config: null }));
  });

  it('differs where anything differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        fc.pre(JSON.stringify(reversed(one)) !== JSON.stringify(reversed(other)));
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        const isSame = isDeepEqual(one, other);
        const key = callKey({ ...parts, input: one });
        expect(key === callKey({ ...parts, input: other })).toBe(isSame);
        // The same value under another key part makes a different key.
        expect(callKey({ ...parts, config: one, input: 0 })).not.toBe(
          callKey({ ...parts, config: 0, input: one === 0 ? 1 : one }),
        );
      }),
    );
    const changes: Partial<CallKeyParts>[] = [
      { plugin: `sha256:${'1'.repeat(64)}` },
      { config: { base_url: 'https://a.example', retries: 1 } },
      { input: { model: 'small', prompt: 'hi' } },
      { epoch: 1 },
      { ask: 1 },
      { epoch: 1, ask: 1 },
    ];
    const keys = [{}, ...changes].map((change) => callKey({ ...parts, ...change }));
    expect(new Set(keys).size).toBe(keys.length);
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  it.each([
    { what: 'a cycle', input: cycle },
    { what: 'not a number', input: Number.NaN },
    { what: 'a bigint', input: 1n },
    { what: 'half a character', input: '\ud83d' },
    { what: 'no end', input: nested(200_000) },
  ])('refuses $what', ({ input }) => {
    expect(() => callKey({ ...parts, input })).toThrow(
      expect.objectContaining({ code: 'CALL_INVALID_INPUT' }),
    );
  });

  it.each([{ plugin: 'exact-match' }, { epoch: -1 }, { epoch: 0.5 }, { ask: Number.NaN }])(
    'refuses %o',
    (change) => {
      expect(() => callKey({ ...parts, ...change })).toThrow(RangeError);
    },
  );
});

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

function isDeepEqual(one: unknown, other: unknown): boolean {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
}
