import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openRegistry } from '@testbench/registry-oci';
import { attachBundle } from '@testbench/registry/stores';
import { assemble, guestWat, withMetadataSection } from '@testbench/test-kit';
import {
  createKeylessAuthority,
  hasOpenSsl,
  type KeylessAuthority,
} from '@testbench/test-kit/keyless-authority';
import { type OciRegistry, serveRegistry } from '@testbench/test-kit/oci-registry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from './__fixtures__/paths.js';
import { main } from './main.js';

const NOTE = hasOpenSsl ? '' : ' (skipped: openssl is not installed)';
const identity = {
  subject: 'https://forge.example/acme/release.yml@refs/tags/v1',
  issuer: 'https://tokens.example.com',
};
let authority: KeylessAuthority;
let registry: OciRegistry;
let cwd = '';

beforeAll(async () => {
  if (!hasOpenSsl) return;
  authority = createKeylessAuthority(identity);
  registry = await serveRegistry();
  await publish('exact-match', '0.1.0', readFileSync(examplePlugin('exact-match')));
  for (const version of ['1.0.0', '1.1.0']) await publish('guest', version, guest(version));
  await publish('alone', '1.0.0', guest('1.0.0', 'alone'));
  await publish('alone', '1.1.0', guest('1.1.0', 'alone'), false);
});
afterAll(async () => {
  authority?.[Symbol.dispose]();
  await registry?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  cwd = await temporaryFolder();
  const registries = { ours: `oci://${registry.host}` };
  write('testbench.registries.json', { registries, namespaces: { team: 'ours' } });
});

const write = (name: string, value: unknown): void =>
  writeFileSync(join(cwd, name), typeof value === 'string' ? value : JSON.stringify(value));

/** Puts a plugin into the registry, signed with the certificate unless it is to have no signer. */
async function publish(name: string, version: string, bytes: Uint8Array, signed = true) {
  const store = openRegistry();
  const layers = [{ mediaType: 'application/wasm', bytes }];
  const artifact = await store.write({ name: `${registry.host}/team/${name}`, version, layers });
  if (!signed) return;
  await attachBundle(store, artifact, authority.sign(artifact.digest.slice('sha256:'.length)));
}

function guest(version: string, name = 'guest'): Uint8Array {
  const text = JSON.stringify({
    name,
    version,
    plugin_type: 'custom',
    api_version: '1.0.0',
  });
  return withMetadataSection(assemble(guestWat({ metadataText: text })), text);
}

/** Rules that trust one identity for the names of the team. */
function rules(who: object = identity, more: object = {}): object {
  const names = [
    { name: 'team/*', signers: ['release'] },
    { name: '*', unsigned: 'process' },
  ];
  return { specificationVersion: 'v1', identities: { release: who }, names, ...more };
}

const locked = (name: string) =>
  JSON.parse(readFileSync(join(cwd, 'testbench.lock'), 'utf8')).plugins[`team/${name}`];

/** Permits updates to any version. */
async function widen(name: string): Promise<void> {
  const lockfile = JSON.parse(readFileSync(join(cwd, 'testbench.lock'), 'utf8'));
  lockfile.plugins[`team/${name}`].requirement = '*';
  write('testbench.lock', lockfile);
}

function benchmark(): void {
  write('data.jsonl', '{"input":"2 + 2","expected":"4","answers":{"a":"4"}}\n');
  write('bench.json', {
    name: 'small',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: examplePlugin('replay'), models: ['a'] },
    evaluators: [{ plugin: 'team/exact-match' }],
  });
}

async function run(...args: string[]) {
  const { io, stdout, stderr } = captureIo({ cwd });
  const code = await main(args, io);
  return { code, stdout: stdout(), text: `${stdout()}${stderr()}` };
}

describe.skipIf(!hasOpenSsl)(`plugins that are signed without a key${NOTE}`, () => {
  it.each([
    // Its path is relative to the file of rules.
    ['the rules', { trustedRoot: 'trusted_root.json' }, []],
    ['the command line', {}, ['--trusted-root', 'trust/trusted_root.json']],
    [
      'the command line, whatever the rules say',
      { trustedRoot: 'none.json' },
      ['--trusted-root', 'trust/trusted_root.json'],
    ],
  ])('are installed and updated by the trusted root of %s', async (_, more, flags) => {
    mkdirSync(join(cwd, 'trust'));
    write('trust/trusted_root.json', authority.trustedRoot);
    write('trust/rules.json', rules(identity, more));
    const trust = ['--rules', 'trust/rules.json', ...flags];
    const signers = [`identity:${identity.issuer} ${identity.subject}`];
    expect(await run('plugin', 'install', 'team/guest@1.0.0 || 1.1.0', ...trust)).toMatchObject({
      code: 0,
    });
    expect(locked('guest')).toMatchObject({ version: '1.1.0', signers });
    expect(await run('plugin', 'verify', 'team/guest', ...trust)).toMatchObject({ code: 0 });
  });

  it('are updated by it, and not to what nobody vouches for', async () => {
    write('trusted_root.json', authority.trustedRoot);
    write('testbench-trust.json', rules(identity, { trustedRoot: 'trusted_root.json' }));
    await run('plugin', 'install', 'team/guest@1.0.0');
    await widen('guest');
    expect(await run('plugin', 'update')).toMatchObject({ code: 0 });
    expect(locked('guest').version).toBe('1.1.0');
    await run('plugin', 'install', 'team/alone@1.0.0');
    await widen('alone');
    expect(await run('plugin', 'update')).toMatchObject({
      code: 1,
      text: expect.stringContaining('INSTALL_UNTRUSTED'),
    });
    expect(locked('alone').version).toBe('1.0.0');
  });

  it('are believed on first use where there is a trusted root, and no rules', async () => {
    write('trusted_root.json', authority.trustedRoot);
    const root = ['--trusted-root', 'trusted_root.json'];
    expect(await run('plugin', 'install', 'team/guest@1.0.0', ...root)).toMatchObject({ code: 0 });
    const signers = [`identity:${identity.issuer} ${identity.subject}`];
    expect(locked('guest')).toMatchObject({ version: '1.0.0', signers });
  });

  it('are verified by one identity and the trusted root of the rules', async () => {
    write('trusted_root.json', authority.trustedRoot);
    write('testbench-trust.json', rules(identity, { trustedRoot: 'trusted_root.json' }));
    const verify = ['plugin', 'verify', 'team/guest@1.0.0'];
    const issuer = ['--certificate-oidc-issuer', identity.issuer];
    for (const [subject, code] of [
      [identity.subject, 0],
      ['https://forge.example/evil', 1],
    ] as const) {
      const given = ['--certificate-identity', subject, ...issuer];
      expect(await run(...verify, ...given)).toMatchObject({ code });
    }
  });

  it('serve every command that takes plugins by name', async () => {
    write('trusted_root.json', authority.trustedRoot);
    write('testbench-trust.json', rules());
    benchmark();
    const root = ['--trusted-root', 'trusted_root.json'];
    const first = await run('run', 'bench.json', '--json', ...root);
    expect(first).toMatchObject({ code: 0 });
    const folder = JSON.parse(first.stdout).run as string;
    const input = '{"output": "4", "expected": "4"}';
    const commands = [
      ['call', 'team/exact-match', '--input', input],
      ['validate', 'team/exact-match'],
      ['test', 'team/exact-match'],
      ['score', folder, '--evaluator', 'team/exact-match'],
      ['resume', folder],
      ['run', 'bench.json', '--output-dir', 'again'],
    ];
    for (const args of commands) {
      // An installed plugin has already been verified.
      for (const name of ['testbench.lock', '.testbench']) {
        rmSync(join(cwd, name), { recursive: true, force: true });
      }
      const [without, having] = [await run(...args), await run(...args, ...root)];
      expect([args, without.text]).toEqual([args, expect.stringContaining('INSTALL_UNTRUSTED')]);
      expect([args, having]).toEqual([args, expect.objectContaining({ code: 0 })]);
    }
  });

  it.each([
    ['is not there', undefined, 'TRUST_UNREADABLE', 'no such file'],
    ['is damaged', '{"mediaType":', 'TRUST_ROOT_INVALID', 'it is no trusted root of Sigstore'],
    ['is something else', '{}', 'TRUST_ROOT_INVALID', 'its media type is another'],
  ])('are not installed where the trusted root %s', async (_, content, code, state) => {
    const path = join(cwd, 'root.json');
    if (content !== undefined) write('root.json', content);
    const message = `${code}: Cannot read trusted root ${JSON.stringify(path)}: ${state}`;
    write('testbench-trust.json', rules(identity, { trustedRoot: 'root.json' }));
    const install = ['plugin', 'install', 'team/guest'];
    expect((await run(...install)).text).toContain(message);
    write('testbench-trust.json', rules());
    expect((await run(...install, '--trusted-root', 'root.json')).text).toContain(message);
  });

  it.each([
    ['without a trusted root', rules(), 'there is no trusted root'],
    [
      'with another identity',
      rules(
        { ...identity, subject: 'https://forge.example/evil/*' },
        { trustedRoot: 'trusted_root.json' },
      ),
      'no rule has its identity',
    ],
    [
      'with another issuer',
      rules({ ...identity, issuer: 'https://other.example' }, { trustedRoot: 'trusted_root.json' }),
      'no rule has its identity',
    ],
  ])('are refused %s', async (_, content, state) => {
    write('trusted_root.json', authority.trustedRoot);
    write('testbench-trust.json', content);
    const { code, text } = await run('plugin', 'install', 'team/guest@1.0.0');
    expect({ code, text }).toEqual({
      code: 1,
      text: expect.stringMatching(new RegExp(`INSTALL_UNTRUSTED.*${state}`)),
    });
  });
});
