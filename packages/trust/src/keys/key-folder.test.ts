import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { KeyFolder } from './key-folder.js';
import { readPublicKey } from './public-key.js';

const PASSPHRASE = 'correct horse battery';
const hasOpenSsl = spawnSync('openssl', ['version']).status === 0;
let folder = '';
let keys: KeyFolder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testbench-keys-'));
  keys = new KeyFolder(folder);
  await keys.generate('acme', 'ecdsa-p256', PASSPHRASE);
});
afterAll(() => rm(folder, { recursive: true }));

describe('KeyFolder', () => {
  it('keeps a key that its owner alone may read, and that opens with its passphrase', async () => {
    expect((await stat(join(folder, 'acme.key.pem'))).mode & 0o777).toBe(0o600);
    const [{ id } = { id: '' }] = await keys.list();
    expect((await keys.open('acme', PASSPHRASE)).id).toBe(id);
  });

  it('shows nothing of the key that it opens', async () => {
    const key = await keys.open('acme', PASSPHRASE);
    expect(JSON.stringify(key)).not.toContain('PRIVATE');
    expect(Object.keys(key).toSorted()).toEqual(['algorithm', 'id', 'publicKey', 'sign']);
  });

  it('does not say what a wrong passphrase was', async () => {
    const error: unknown = await keys
      .open('acme', 'hunter2-hunter2')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'TRUST_PASSPHRASE' });
    expect((error as Error).cause).toBeUndefined();
    expect(String((error as Error).stack)).not.toContain('hunter2');
  });

  it.each([0o640, 0o604, 0o622, 0o777])('refuses a private key of mode %o', async (mode) => {
    const path = join(folder, 'acme.key.pem');
    await chmod(path, mode);
    await expect(keys.open('acme', PASSPHRASE)).rejects.toMatchObject({
      code: 'TRUST_KEY_PERMISSIONS',
    });
    await chmod(path, 0o600);
  });

  it('says nothing of a private key that is damaged, or is taken for a public one', async () => {
    const path = join(folder, 'acme.key.pem');
    const whole = await readFile(path, 'utf8');
    const [, secret = ''] = whole.split('\n');
    expect(secret).toHaveLength(64);
    await writeFile(path, whole.replace(secret, `${secret.slice(0, 60)}AAAA`));
    const errors = [
      await keys.open('acme', PASSPHRASE).catch((error: unknown) => error),
      await Promise.resolve(whole)
        .then(readPublicKey)
        .catch((error: unknown) => error),
    ];
    await writeFile(path, whole);
    for (const error of errors) {
      expect(error).toMatchObject({
        code: expect.stringMatching(/^TRUST_(?:PASSPHRASE|KEY_INVALID)$/),
      });
      expect(inspect(error, { depth: 10 })).not.toContain(secret.slice(0, 20));
    }
  });

  it('follows no link', async () => {
    await symlink(join(folder, 'acme.key.pem'), join(folder, 'link.key.pem'));
    await expect(keys.open('link', PASSPHRASE)).rejects.toMatchObject({
      code: 'TRUST_KEY_PERMISSIONS',
    });
  });

  it('replaces no key', async () => {
    const before = await readFile(join(folder, 'acme.key.pem'));
    await expect(keys.generate('acme', 'ed25519', PASSPHRASE)).rejects.toMatchObject({
      code: 'TRUST_KEY_EXISTS',
    });
    expect(await readFile(join(folder, 'acme.key.pem'))).toEqual(before);
  });

  it.each(['../acme', '.acme', 'a/b', '', 'a\0b', 'x'.repeat(65)])(
    'has no key called %j',
    async (name) => {
      await expect(keys.open(name, PASSPHRASE)).rejects.toMatchObject({
        code: 'TRUST_KEY_INVALID',
      });
    },
  );

  it.each(['short', 'x'.repeat(1025)])(
    'takes no passphrase of another length',
    async (passphrase) => {
      await expect(keys.generate('other', 'ed25519', passphrase)).rejects.toMatchObject({
        code: 'TRUST_PASSPHRASE',
      });
      expect(await readdir(folder)).not.toContain('other.key.pem');
    },
  );

  it('leaves out of its list what is no key', async () => {
    await writeFile(join(folder, 'zz.pub.pem'), 'no key');
    expect((await keys.list()).map(({ name }) => name)).toEqual(['acme']);
  });

  it.skipIf(!hasOpenSsl)('writes what OpenSSL reads, with scrypt (needs openssl)', () => {
    const path = join(folder, 'acme.key.pem');
    const text = execFileSync(
      'openssl',
      ['pkey', '-in', path, '-passin', `pass:${PASSPHRASE}`, '-pubout'],
      { encoding: 'utf8' },
    );
    expect(text).toContain('BEGIN PUBLIC KEY');
    expect(execFileSync('openssl', ['asn1parse', '-in', path], { encoding: 'utf8' })).toMatch(
      /scrypt/,
    );
  });
});
