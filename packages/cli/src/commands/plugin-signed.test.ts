import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assemble, guestWat, withMetadataSection } from '@testbench/test-kit';
import {
  type DockerRegistry,
  hasCommand,
  startDockerRegistry,
} from '@testbench/test-kit/docker-registry';
import { KeyFolder } from '@testbench/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const PASSPHRASE = 'correct horse battery';
const hasRegistry = hasCommand('docker-registry');
const NOTE = hasRegistry ? '' : ' (skipped: docker-registry is not installed)';

let registry: DockerRegistry | undefined;
const keys = mkdtempSync(join(tmpdir(), 'testbench-keys-'));
beforeAll(async () => {
  if (hasRegistry) registry = await startDockerRegistry();
  const folder = new KeyFolder(keys);
  for (const name of ['acme', 'other']) await folder.generate(name, 'ed25519', PASSPHRASE);
});
afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  rmSync(keys, { recursive: true });
});

/** A plugin called `guest`, in the working directory. */
function writePlugin(folder: string, version: string): void {
  const text = JSON.stringify({
    name: 'guest',
    version,
    plugin_type: 'custom',
    api_version: '1.0.0',
  });
  const module = assemble(guestWat({ metadataText: text }));
  writeFileSync(join(folder, 'guest.wasm'), withMetadataSection(module, text));
}

/** A publisher's folder, whose registry is a layout on disk or Debian's registry, and a function that runs a command there. */
async function setUp(place: 'layout' | 'docker') {
  const cwd = await temporaryFolder();
  const base = { TESTBENCH_KEYS: keys, TESTBENCH_PASSPHRASE: PASSPHRASE };
  const call = async (args: readonly string[], change: { cwd?: string; env?: object } = {}) => {
    const env = { ...base, ...change.env };
    const captured = captureIo({ cwd: change.cwd ?? cwd, env });
    const code = await main(['plugin', ...args], captured.io);
    const text = `${captured.stdout()}${captured.stderr()}`;
    expect(text).not.toContain(PASSPHRASE);
    return { code, text };
  };
  // No other test in this process uses the namespace.
  const space = `s${cwd
    .slice(-6)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '0')}`;
  const registries = {
    registries: { main: place === 'layout' ? join(cwd, 'store') : `oci://${registry!.host}` },
    namespaces: { [space]: 'main' },
  };
  const joinProject = async (folder: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    writeFileSync(join(folder, 'testbench.registries.json'), JSON.stringify(registries));
  };
  await joinProject(cwd);
  writePlugin(cwd, '1.0.0');
  return { cwd, call, name: `${space}/guest`, space, joinProject };
}

for (const place of ['layout', 'docker'] as const) {
  const title = place === 'layout' ? 'an OCI layout' : `Debian's docker-registry${NOTE}`;
  describe.skipIf(place === 'docker' && !hasRegistry)(`signatures in ${title}`, () => {
    it('are attached by publish and by sign, and decide what is installed', async () => {
      const { cwd, call, name, space, joinProject } = await setUp(place);
      const published = await call(['publish', 'guest.wasm', '--name', name, '--key', 'acme']);
      expect(published).toMatchObject({
        code: 0,
        text: expect.stringMatching(/@1\.0\.0 sha256:[0-9a-f]{64}\nsigned by acme \(sha256:/),
      });
      const reference = `${name}@1.0.0`;
      expect((await call(['verify', reference, '--key', join(keys, 'acme.pub.pem')])).text).toMatch(
        /\ntrusted: signed by given \(key:sha256:[0-9a-f]{64}\)\n {2}release, by given\n$/,
      );
      expect(await call(['verify', reference, '--key', join(keys, 'other.pub.pem')])).toMatchObject(
        {
          code: 1,
          text: expect.stringContaining('SIGNER_UNTRUSTED'),
        },
      );

      // Two must sign; the second one does so afterwards.
      const user = join(cwd, 'user');
      await joinProject(user);
      for (const key of ['acme', 'other']) {
        await call(['keys', 'trust', key, '--for', `${space}/*`], { cwd: user });
      }
      const rules = join(user, 'testbench-trust.json');
      const both = JSON.parse(readFileSync(rules, 'utf8')) as { names: { threshold?: number }[] };
      both.names[0]!.threshold = 2;
      writeFileSync(rules, JSON.stringify(both));
      expect((await call(['install', reference], { cwd: user })).text).toContain(
        'INSTALL_UNTRUSTED',
      );
      expect(await call(['verify', reference], { cwd: user })).toMatchObject({
        code: 1,
        text: expect.stringContaining('THRESHOLD_NOT_MET'),
      });
      expect(await call(['sign', reference, '--key', 'other'])).toMatchObject({
        code: 0,
        text: expect.stringMatching(/signed by other \(sha256:[0-9a-f]{64}\), attached in main\n$/),
      });
      expect((await call(['install', reference], { cwd: user })).code).toBe(0);
      // The name alone means the version in the lockfile.
      const installed = await call(['verify', name, '--json'], { cwd: user });
      expect(JSON.parse(installed.text)).toMatchObject({
        outcome: 'trusted',
        name,
        version: '1.0.0',
        bundles: 2,
        signers: [{ label: 'acme' }, { label: 'other' }],
      });
    });

    it('say who signed, also that nobody did', async () => {
      const { call, name } = await setUp(place);
      expect((await call(['publish', 'guest.wasm', '--name', name])).text).toMatch(
        /\nsigned by nobody\n$/,
      );
      expect(await call(['verify', name])).toMatchObject({
        code: 1,
        text: expect.stringMatching(/\nunsigned: nobody vouches for it/),
      });
      const env = { TESTBENCH_KEY: 'acme' };
      expect((await call(['sign', name], { env })).text).toContain('signed by acme');
      expect(await call(['verify', name])).toMatchObject({
        code: 0,
        text: expect.stringMatching(/, on first use\n/),
      });
      expect((await call(['sign', name])).text).toContain('--key is missing');
    });
  });
}

describe.skipIf(!hasRegistry)(`testbench plugin verify of an oci:// reference${NOTE}`, () => {
  it('takes tag, digest, range and nothing, in a folder without a project', async () => {
    const { call, name } = await setUp('docker');
    const published = await call(['publish', 'guest.wasm', '--name', name, '--key', 'acme']);
    const [digest] = /sha256:[0-9a-f]{64}/.exec(published.text)!;
    const cwd = await temporaryFolder();
    const key = join(keys, 'acme.pub.pem');
    for (const end of [':1.0.0', `@${digest}`, '@^1.0.0', '']) {
      const oci = `oci://${registry!.host}/${name}${end}`;
      expect((await call(['verify', oci, '--key', key], { cwd })).code).toBe(0);
    }
  });
});

describe('testbench plugin publish with a key', () => {
  it('publishes nothing if the key does not open', async () => {
    const { call, name } = await setUp('layout');
    for (const [key, env, code] of [
      ['none', {}, 'TRUST_KEY_NOT_FOUND'],
      ['acme', { TESTBENCH_PASSPHRASE: 'wrong horse battery' }, 'TRUST_PASSPHRASE'],
    ] as const) {
      const failed = await call(['publish', 'guest.wasm', '--name', name, '--key', key], { env });
      expect(failed).toMatchObject({ code: 1, text: expect.stringContaining(code) });
    }
    expect((await call(['verify', name])).text).toContain('STORE_NOT_FOUND');
  });

  it('signs no other content under a version that is there', async () => {
    const { cwd, call, name } = await setUp('layout');
    await call(['publish', 'guest.wasm', '--name', name]);
    const text = JSON.stringify({
      name: 'guest',
      version: '1.0.0',
      plugin_type: 'custom',
      api_version: '1.0.0',
      description: 'another',
    });
    const module = assemble(guestWat({ metadataText: text }));
    writeFileSync(join(cwd, 'guest.wasm'), withMetadataSection(module, text));
    const failed = await call(['publish', 'guest.wasm', '--name', name, '--key', 'acme']);
    expect(failed.text).toContain('STORE_EXISTS');
    expect(await call(['verify', name])).toMatchObject({
      text: expect.stringContaining('unsigned'),
    });
  });
});

describe('testbench plugin verify of a reference', () => {
  it('finds a blob that was changed in the store, regardless of the signer of the manifest', async () => {
    const { cwd, call, name } = await setUp('layout');
    await call(['publish', 'guest.wasm', '--name', name, '--key', 'acme']);
    const blobs = join(cwd, 'store', 'blobs', 'sha256');
    const size = statSync(join(cwd, 'guest.wasm')).size;
    const blob = readdirSync(blobs).find((file) => statSync(join(blobs, file)).size === size)!;
    const bytes = readFileSync(join(blobs, blob));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(blobs, blob), bytes);
    for (const args of [
      ['verify', name, '--key', join(keys, 'acme.pub.pem')],
      ['sign', name, '--key', 'other'],
    ]) {
      expect(await call(args)).toMatchObject({
        code: 1,
        text: expect.stringContaining('STORE_DIGEST_MISMATCH'),
      });
    }
  });

  it('takes no artifact that calls itself otherwise', async () => {
    const { call, name } = await setUp('layout');
    await call(['publish', 'guest.wasm', '--name', name]);
    const failed = await call(['sign', name, '--version', '2.0.0', '--key', 'acme']);
    expect(failed).toMatchObject({
      code: 1,
      text: expect.stringContaining('the module calls itself "guest@1.0.0"'),
    });
  });
});
