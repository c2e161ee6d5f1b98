import type { Secret, SecretStore } from '@testbench/types';
import { PermissionSet } from '@testbench/sandbox';
import { describe, expect, it } from 'vitest';

import { fillSecrets } from './fill-secrets.js';
import { maskText, SecretMask } from './mask-secrets.js';
import { createEnvSecrets, createMemorySecrets } from './secret-store.js';
import { type MaskedSecrets, UsedSecrets } from './used-secrets.js';

const VALUE = 'sk-Very-Secret_1';
const HOSTS = ['api.example.com'];
const url = new URL('https://api.example.com/v1');

const using = (...values: string[]): MaskedSecrets => {
  const used = new UsedSecrets(undefined);
  for (const value of values) used.add(value, new PermissionSet());
  return used.from(url);
};

async function fill(
  headers: Readonly<Record<string, string>>,
  store: SecretStore | undefined,
  target = url,
  identities: readonly string[] = [],
): Promise<Readonly<Record<string, string>> | { code: number; message: string }> {
  try {
    const user = { identities, store, used: new UsedSecrets(store) };
    return Object.fromEntries(await fillSecrets(new Map(Object.entries(headers)), target, user));
  } catch (error) {
    const { code, message } = error as { code: number; message: string };
    return { code, message };
  }
}

describe('fillSecrets()', () => {
  const store = createMemorySecrets({
    A: { value: VALUE, hosts: HOSTS },
    B: { value: 'other-secret', hosts: ['http://api.example.com:8080'] },
    MINE: { value: VALUE, hosts: HOSTS, plugins: ['mine', 'sha256:1'] },
    NOTE: { value: VALUE, hosts: HOSTS, headers: ['x-request-id'] },
  });

  it('fills in values, several times, and leaves other text', async () => {
    const authorization = '${secret:A} and ${secret:A}, $A ${SECRET:A}';
    expect(await fill({ authorization, accept: 'a' }, store)).toEqual({
      authorization: `${VALUE} and ${VALUE}, $A \${SECRET:A}`,
      accept: 'a',
    });
  });

  it('does not look again at what it filled in', async () => {
    const nested = createMemorySecrets({ N: { value: '${secret:A}', hosts: HOSTS } });
    expect(await fill({ authorization: '${secret:N}' }, nested)).toEqual({
      authorization: '${secret:A}',
    });
  });

  it.each([
    { value: '${secret:NONE}', why: 'there is none of that name' },
    { value: '${secret:B}', why: 'not for https://api.example.com' },
    { value: '${secret:A}', target: 'http://api.example.com/', why: 'not for http:' },
    { value: '${secret:A}', target: 'https://api.example.com:8443/', why: 'not for https:' },
    { value: '${secret:A}', target: 'https://evil.example.com/', why: 'not for https:' },
    { value: '${secret:MINE}', why: 'not for this plugin' },
    { value: '${secret:MINE}', identities: ['other', 'sha256:2'], why: 'not for this plugin' },
    { value: '${secret:A}', header: 'user-agent', why: 'not for the header "user-agent"' },
    { value: '${secret:NOTE}', why: 'not for the header "authorization"' },
  ])('denies $value: $why', async ({ value, why, header = 'authorization', ...rest }) => {
    const target = rest.target === undefined ? url : new URL(rest.target);
    const result = await fill({ [header]: value }, store, target, rest.identities);
    expect(result).toMatchObject({ code: -3, message: expect.stringContaining(why) });
    expect(JSON.stringify(result)).not.toContain('Very-Secret');
  });

  it.each(['mine', 'sha256:1'])('knows a plugin as %s', async (identity) => {
    const headers = { authorization: '${secret:MINE}' };
    expect(await fill(headers, store, url, [identity])).toEqual({ authorization: VALUE });
  });

  it.each(['${secret:}', '${secret:A', '${secret:a b}', '${secret:${secret:A}}'])(
    'refuses %s',
    async (value) => {
      expect(await fill({ authorization: value }, store)).toMatchObject({ code: -2 });
    },
  );

  it('denies every secret where there is no store', async () => {
    expect(await fill({ authorization: '${secret:A}' }, undefined)).toMatchObject({ code: -3 });
  });

  it.each([
    {
      name: 'rejects',
      read: async (): Promise<Secret> => {
        throw new Error(`cannot read ${VALUE}`);
      },
    },
    { name: 'gives a short one', read: () => ({ value: 'short', hosts: HOSTS }) },
    { name: 'gives two lines', read: () => ({ value: `${VALUE}\r\nx: y`, hosts: HOSTS }) },
    { name: 'gives no text', read: () => ({ value: 7 as never, hosts: HOSTS }) },
  ])('fails without a word of it where a store $name', async ({ read }) => {
    const result = await fill(
      { authorization: '${secret:A}' },
      { specificationVersion: 'v1', read },
    );
    expect(result).toMatchObject({ code: -5 });
    expect(JSON.stringify(result)).not.toMatch(/Very-Secret|short/);
  });

  it('counts the length after filling in', async () => {
    const long = createMemorySecrets({ A: { value: 'a'.repeat(8000), hosts: HOSTS } });
    const authorization = '${secret:A}'.repeat(5);
    expect(await fill({ authorization }, long)).toMatchObject({ code: -4 });
  });
});

describe('stores', () => {
  it.each([
    { secrets: { 'a b': { value: VALUE, hosts: HOSTS } }, path: 'secrets.a b' },
    { secrets: { A: { value: 'short', hosts: HOSTS } }, path: 'secrets.A.value' },
    { secrets: { A: { value: `${VALUE}\n`, hosts: HOSTS } }, path: 'secrets.A.value' },
    { secrets: { A: { value: VALUE, hosts: ['*'] } }, path: 'secrets.A.allowedHosts[0]' },
    { secrets: { A: { value: VALUE, hosts: [] } }, path: 'secrets.A.hosts' },
    { secrets: { A: { value: VALUE, hosts: 'example.com' as never } }, path: 'secrets.A.hosts' },
  ])('refuses $path, without the value', ({ secrets, path }) => {
    expect(() => createMemorySecrets(secrets)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path,
        message: expect.not.stringContaining('Very-Secret'),
      }),
    );
  });

  it('reads the environment at each use', async () => {
    const env: Record<string, string> = {};
    const store = createEnvSecrets({ A: { hosts: HOSTS }, B: { env: 'OTHER', hosts: HOSTS } }, env);
    expect(await store.read('A')).toBeUndefined();
    env['A'] = 'first-value';
    env['OTHER'] = 'other-value';
    expect(await store.read('A')).toEqual({ value: 'first-value', hosts: HOSTS });
    expect(await store.read('B')).toEqual({ value: 'other-value', hosts: HOSTS });
    env['A'] = 'second-value';
    expect(await store.read('A')).toMatchObject({ value: 'second-value' });
    expect(await store.read('constructor')).toBeUndefined();
  });
});

describe('UsedSecrets', () => {
  const store = createMemorySecrets({});
  const hosts = new PermissionSet({ network: true, allowedHosts: HOSTS });
  const elsewhere = new URL('https://evil.example.org/');

  it("looks for a plugin's own secrets everywhere, for those of others at their hosts only", () => {
    const one = new UsedSecrets(store);
    const other = new UsedSecrets(store);
    one.add(VALUE, hosts);
    expect(one.from(elsewhere).values).toEqual([VALUE]);
    expect(other.from(url).values).toEqual([VALUE]);
    expect(other.from(elsewhere).values).toEqual([]);
    expect(new UsedSecrets(undefined).from(url).values).toEqual([]);
  });

  it('forgets those that were not used for long', () => {
    const used = new UsedSecrets(createMemorySecrets({}));
    for (let index = 0; index < 300; index += 1) used.add(`secret-${index}`, hosts);
    const { values } = used.from(url);
    expect(values).toHaveLength(256);
    expect(values).toContain('secret-299');
    expect(values).not.toContain('secret-0');
  });
});

describe('masking', () => {
  it('masks overlapping secrets whole', () => {
    const used = using('abcdefgh', 'abcdefghij', 'ghijklmn');
    expect(maskText('xabcdefghijx', used)).toBe('x**********x');
    expect(maskText('xabcdefghijklmnx', used)).toBe('x**************x');
    expect(maskText('é\u{1F600}abcdefgh', used)).toBe('é\u{1F600}********');
  });

  const through = (chunks: readonly string[], used: MaskedSecrets): string[] => {
    const mask = new SecretMask(used);
    const parts = chunks.map((chunk) => mask.push(Buffer.from(chunk)));
    return [...parts, mask.end()].map((part) => Buffer.from(part).toString());
  };

  it('masks a secret wherever the chunks are cut', () => {
    const text = `before ${VALUE} between ${VALUE.repeat(2)} after`;
    const masked = text.replaceAll(VALUE, '*'.repeat(VALUE.length));
    for (let size = 1; size < text.length; size += 1) {
      const chunks = text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
      expect(through(chunks, using(VALUE, 'Secret_1-longer')).join('')).toBe(masked);
    }
  });

  it('masks overlapping secrets across a cut', () => {
    const used = using('abcdefgh', 'abcdefghij', 'ghijklmn');
    for (let cut = 1; cut < 16; cut += 1) {
      const text = 'xabcdefghijklmnx';
      const parts = through([text.slice(0, cut), text.slice(cut)], used);
      expect(parts.join('')).toBe('x**************x');
    }
  });

  // Otherwise a plugin could find a secret byte by byte, from how its reads are split.
  it('holds back the same whether a guess is right or wrong', () => {
    const lengths = (guess: string): number[] =>
      through([`some text before it ${guess}`], using(VALUE)).map(({ length }) => length);
    for (let length = 0; length <= VALUE.length; length += 1) {
      const right = VALUE.slice(0, length);
      const wrong = `${VALUE.slice(0, Math.max(0, length - 1))}!`.slice(0, length);
      expect(lengths(right)).toEqual(lengths(wrong));
    }
  });

  it('holds nothing back after the end of a line', () => {
    expect(through(['data: 1\n\n', 'data: 2\n\n'], using(VALUE))).toEqual([
      'data: 1\n\n',
      'data: 2\n\n',
      '',
    ]);
  });

  it('gives bytes as they are where no secret was used', () => {
    expect(through(['a', 'b'], using())).toEqual(['a', 'b', '']);
  });
});
