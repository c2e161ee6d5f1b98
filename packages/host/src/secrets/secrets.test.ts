import type { Secret, SecretStore } from '@testbench/types/stores';
import { PermissionSet } from '@testbench/sandbox';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fillSecrets } from './fill-secrets.js';
import { maskText, SecretMask } from './mask-secrets.js';
import { createEnvSecrets, createMemorySecrets } from './secret-store.js';
import { type MaskedSecrets, UsedSecrets } from './used-secrets.js';

const VALUE = 'sk-Very-Secret_1';
const MASKED = '*'.repeat(VALUE.length);
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
      code: -5,
      read: async (): Promise<Secret> => {
        throw new Error(`cannot read ${VALUE}`);
      },
    },
    { name: 'gives a short one', code: -3, read: () => ({ value: 'short', hosts: HOSTS }) },
    {
      name: 'gives two lines',
      code: -3,
      read: () => ({ value: `${VALUE}\r\nx: y`, hosts: HOSTS }),
    },
    { name: 'gives no text', code: -3, read: () => ({ value: 7 as never, hosts: HOSTS }) },
  ])('fails without a word of it where a store $name', async ({ read, code }) => {
    const result = await fill(
      { authorization: '${secret:A}' },
      { specificationVersion: 'v1', read },
    );
    expect(result).toMatchObject({ code });
    expect(JSON.stringify(result)).not.toMatch(/Very-Secret|short/);
  });

  it('counts the length after filling in', async () => {
    const long = createMemorySecrets({ A: { value: 'a'.repeat(8000), hosts: HOSTS } });
    const authorization = '${secret:A}'.repeat(5);
    expect(await fill({ authorization }, long)).toMatchObject({ code: -4 });
  });
});

describe('rules of a secret', () => {
  const rule = { hosts: HOSTS };

  // Row 111 of the attack catalogue: each of them gave the secret to every plugin, or to one with a similar name.
  it.each([
    { rest: { plugin: ['a'] }, path: 'plugin', says: 'did you mean "plugins"?' },
    { rest: { Plugins: ['a'] }, path: 'Plugins', says: 'did you mean "plugins"?' },
    { rest: { pulgins: ['a'] }, path: 'pulgins', says: 'did you mean "plugins"?' },
    { rest: { header: ['x'] }, path: 'header', says: 'did you mean "headers"?' },
    { rest: { allowedHosts: [] }, path: 'allowedHosts', says: 'known keys: hosts, plugins' },
    { rest: { plugins: 'translator-prod' }, path: 'plugins', says: 'expected a list of ids' },
    { rest: { plugins: { 0: 'a' } }, path: 'plugins', says: 'expected a list of ids' },
    { rest: { plugins: null }, path: 'plugins', says: 'expected a list of ids' },
    { rest: { plugins: [] }, path: 'plugins', says: 'of at least one' },
    { rest: { plugins: ['a', ''] }, path: 'plugins[1]', says: 'expected a text' },
    { rest: { plugins: [['a']] }, path: 'plugins[0]', says: 'expected a text' },
    // oxlint-disable-next-line no-sparse-arrays
    { rest: { plugins: [, 'a'] }, path: 'plugins[0]', says: 'expected a text' },
    { rest: { headers: 'x-api-key' }, path: 'headers', says: 'expected a list of names' },
    { rest: { headers: ['X-Api-Key'] }, path: 'headers[0]', says: 'in lower case' },
    { rest: { hosts: 'api.example.com' }, path: 'hosts', says: 'expected a list' },
  ])('refuses $rest in every store', async ({ rest, path, says }) => {
    const secret = { ...rule, ...rest } as never;
    const refusal = expect.objectContaining({
      path: `secrets.A.${path}`,
      message: expect.stringContaining(says),
    });
    expect(() => createEnvSecrets({ A: secret })).toThrow(refusal);
    const withValue = { ...rule, ...rest, value: VALUE } as never;
    expect(() => createMemorySecrets({ A: withValue })).toThrow(refusal);
    // A third-party store is read at each use.
    const store = { specificationVersion: 'v1' as const, read: () => withValue };
    expect(await fill({ authorization: '${secret:A}' }, store)).toMatchObject({
      code: -5,
      message: expect.stringContaining(says),
    });
  });

  it.each([
    { secret: { ...rule, value: VALUE }, path: 'A.value', says: 'a value may not stand here' },
    { secret: { ...rule, env: '' }, path: 'A.env', says: 'name of an environment variable' },
    { secret: { ...rule, env: 7 }, path: 'A.env', says: 'name of an environment variable' },
    { secret: { ...rule, evn: 'KEY' }, path: 'A.evn', says: 'did you mean "env"?' },
    { secret: null, path: 'A', says: 'expected an object' },
    { secret: 'KEY', path: 'A', says: 'expected an object' },
    { secret: [rule], path: 'A', says: 'expected an object' },
    {
      secret: Object.assign(Object.create({ plugin: ['a'] }) as object, rule),
      path: 'A.plugin',
      says: 'did you mean "plugins"?',
    },
  ])('refuses $secret in the environment', ({ secret, path, says }) => {
    expect(() => createEnvSecrets({ A: secret as never })).toThrow(
      expect.objectContaining({
        path: `secrets.${path}`,
        message: expect.stringMatching(new RegExp(says.replaceAll(/[?()]/g, '.'))),
      }),
    );
  });

  it.each([null, [], 'A', 7])('refuses %j for all secrets', (secrets) => {
    const refusal = expect.objectContaining({ code: 'CONFIG_INVALID', path: 'secrets' });
    expect(() => createEnvSecrets(secrets as never)).toThrow(refusal);
    expect(() => createMemorySecrets(secrets as never)).toThrow(refusal);
  });

  it('knows a plugin by its whole id', async () => {
    const store = createMemorySecrets({
      A: { value: VALUE, hosts: HOSTS, plugins: ['translator-prod'] },
    });
    const headers = { authorization: '${secret:A}' };
    for (const identity of ['translator', 'prod', '-', 'translator-prod2', 'Translator-prod']) {
      expect(await fill(headers, store, url, [identity])).toMatchObject({ code: -3 });
    }
    expect(await fill(headers, store, url, ['translator-prod'])).toEqual({ authorization: VALUE });
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
    expect(maskText(VALUE, one.from(elsewhere))).toBe(MASKED);
    expect(maskText(VALUE, other.from(url))).toBe(MASKED);
    expect(maskText(VALUE, other.from(elsewhere))).toBe(VALUE);
    expect(maskText(VALUE, new UsedSecrets(undefined).from(url))).toBe(VALUE);
  });

  it('forgets those that were not used for long', () => {
    const used = new UsedSecrets(createMemorySecrets({}));
    for (let index = 0; index < 300; index += 1) used.add(`secret-${index}`, hosts);
    const text = 'secret-43 secret-44 secret-299';
    expect(maskText(text, used.from(url))).toBe('secret-43 ********* **********');
  });
});

describe('masking', () => {
  it('masks overlapping secrets whole', () => {
    const used = using('abcdefgh', 'abcdefghij', 'ghijklmn');
    expect(maskText('xabcdefghijx', used)).toBe('x**********x');
    expect(maskText('xabcdefghijklmnx', used)).toBe('x**************x');
    expect(maskText('é\u{1F600}abcdefgh', used)).toBe('é\u{1F600}********');
  });

  // Row 112 of the attack catalogue.
  describe('in other forms', () => {
    const secret = 'sk/Very+Secret="1&2\\3"';
    const percent = (text: string): string =>
      Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join(
        '',
      );
    const unicode = (text: string): string =>
      Array.from(text, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(
        '',
      );
    const html = secret
      .replaceAll('&', '&amp;')
      .replaceAll('"', '&quot;')
      .replaceAll('/', '&#x2F;')
      .replaceAll('=', '&#61;');
    const base64 = (text: string): string => Buffer.from(text).toString('base64');

    it.each([
      { form: 'as it is', text: secret },
      { form: 'in capitals', text: secret.toUpperCase() },
      { form: 'for a URL', text: encodeURIComponent(secret) },
      { form: 'for a URL, in small letters', text: encodeURIComponent(secret).toLowerCase() },
      { form: 'for a URL, every letter', text: percent(secret) },
      { form: 'for a URL, twice', text: encodeURIComponent(encodeURIComponent(secret)) },
      { form: 'for a form', text: new URLSearchParams({ a: secret }).toString().slice(2) },
      { form: 'for JSON', text: JSON.stringify(secret).slice(1, -1) },
      { form: 'for JSON, every letter', text: unicode(secret) },
      { form: 'for JSON, twice', text: JSON.stringify(JSON.stringify(secret)).slice(3, -3) },
      { form: 'for HTML', text: html },
      { form: 'for a URL inside of JSON', text: JSON.stringify(percent(secret)).slice(1, -1) },
      { form: 'in hexadecimal', text: Buffer.from(secret).toString('hex') },
      { form: 'in hexadecimal capitals', text: Buffer.from(secret).toString('hex').toUpperCase() },
      { form: 'in UTF-16', text: Array.from(secret).join('\0') },
    ])('masks it $form, wherever chunks are cut', ({ text }) => {
      const used = using(secret);
      const whole = `{"before":"${text}"}`;
      const masked = maskText(whole, used);
      expect(masked).toBe(`{"before":"${'*'.repeat(text.length)}"}`);
      for (let cut = 0; cut <= whole.length; cut += 1) {
        const mask = new SecretMask(used);
        const parts = [whole.slice(0, cut), whole.slice(cut)].map((part) =>
          mask.push(Buffer.from(part, 'latin1')),
        );
        expect(Buffer.concat([...parts, mask.end()]).toString('latin1')).toBe(masked);
      }
    });

    it.each(['', 'u', 'us', 'user:', 'user:pass', '\xff\xfe'])(
      'masks it in base64 after %j, but for letters that it shares',
      (before) => {
        for (const after of ['', '!', '!!', ' and more']) {
          const bytes = Buffer.from(`${before}${secret}${after}`, 'latin1');
          for (const alphabet of ['base64', 'base64url'] as const) {
            const text = bytes.toString(alphabet);
            const masked = maskText(text, using(secret));
            expect(masked).toHaveLength(text.length);
            const shown = Buffer.from(masked.replaceAll('*', 'A'), alphabet).toString('latin1');
            const start = Buffer.from(before, 'latin1').length;
            // At most one letter at either end, of which some bits are shown.
            expect(shown.slice(start + 1, start + secret.length - 1)).toMatch(/^\0*$/);
          }
        }
        expect(maskText(encodeURIComponent(base64(before + secret)), using(secret))).toMatch(
          /\*{20}/,
        );
      },
    );

    it('masks long parts, and leaves short ones', () => {
      const long = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz';
      const used = using(long);
      const half = Math.ceil(long.length / 2);
      for (let start = 0; start + half <= long.length; start += 1) {
        for (const end of [start + half, long.length]) {
          const part = long.slice(start, end);
          expect(maskText(`key ${part}... is wrong`, used)).toBe(
            `key ${'*'.repeat(part.length)}... is wrong`,
          );
        }
      }
      // Publicly known: if it were masked, a plugin could find the rest letter by letter.
      const text = 'sk-ant-api03-abcdef and xyz';
      expect(maskText(text, used)).toBe(text);
    });

    it('masks what only looks like an escape, and what stands behind one', () => {
      const odd = '41abcd%42\\u0043&amp;';
      for (const before of ['%', '%%', '\\u00', '&#', '%25', '']) {
        expect(maskText(`${before}${odd}`, using(odd))).not.toMatch(/abcd/);
        expect(maskText(encodeURIComponent(`${before}${odd}`), using(odd))).not.toMatch(/abcd/);
        expect(maskText(JSON.stringify(`${before}${odd}`), using(odd))).not.toMatch(/abcd/);
      }
    });

    it('changes nothing else', () => {
      fc.assert(
        fc.property(fc.string(), fc.base64String(), (text, other) => {
          const whole =
            text + encodeURIComponent(text.toWellFormed()) + JSON.stringify(text) + other;
          expect(maskText(whole, using('unlikely-0123456789-secret'))).toBe(whole);
        }),
      );
    });
  });

  it('looks at small chunks once for each window', () => {
    const used = using('abcdefgh');
    let looked = 0;
    const counting: MaskedSecrets = {
      longest: used.longest,
      matcher: {
        find(text: string) {
          looked += text.length;
          return used.matcher.find(text);
        },
      } as MaskedSecrets['matcher'],
    };
    const mask = new SecretMask(counting);
    let given = 0;
    for (let index = 0; index < 50_000; index += 1) {
      given += mask.push(Buffer.from(index % 1000 === 0 ? '\n' : 'x')).length;
    }
    expect(given + mask.end().length).toBe(50_000);
    expect(looked).toBeLessThan(150_000);
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
