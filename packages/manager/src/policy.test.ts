import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sha256Hex } from '@testbench/host/files';
import { guestWat, assemble, METADATA, withMetadataSection } from '@testbench/test-kit';
import { effectGuest, effectProgram, effectResults } from '@testbench/test-kit/effect-guest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { PluginManager } from './plugin-manager.js';
import { loadPolicy, type PluginPolicy, readPolicy } from './policy.js';

const bare = effectGuest(['host_env_get']);
const named = withMetadataSection(bare, METADATA);
const PERMISSIONS = { envVars: true, allowedEnv: ['TESTBENCH_POLICY'] };

let folder: string;
let manager: PluginManager;
beforeEach(async () => {
  process.env['TESTBENCH_POLICY'] = 'value';
  folder = await mkdtemp(join(tmpdir(), 'testbench-policy-'));
});
afterEach(async () => {
  delete process.env['TESTBENCH_POLICY'];
  await manager?.close();
  await rm(folder, { recursive: true });
});

/** The result of `host_env_get`. */
async function ask(id = 'guest'): Promise<number | undefined> {
  const step = { call: 'host_env_get', args: ['TESTBENCH_POLICY', 100] } as const;
  const { data } = await manager.execute(id, { data: effectProgram([step]) });
  return effectResults(data)[0]?.code;
}

const policyFor = (digest: string, name = 'guest'): PluginPolicy => ({
  plugins: [{ name, digest, permissions: PERMISSIONS }],
});

describe('policy', () => {
  it.each([
    { digest: `sha256:${sha256Hex(named)}`, granted: true },
    { digest: 'any', granted: true },
    { digest: `sha256:${sha256Hex(bare)}`, granted: false },
  ])('grants by name and digest: $granted', async ({ digest, granted }) => {
    manager = new PluginManager({ policy: policyFor(digest) });
    const info = await manager.load(named);
    expect(info.permissions).toEqual(granted ? PERMISSIONS : {});
    expect(await ask()).toBe(granted ? 5 : -3);
  });

  it('goes by the name in the module, not by the id that it is loaded under', async () => {
    manager = new PluginManager({ policy: policyFor('any', 'other') });
    await manager.load(named, { id: 'other' });
    expect(await ask('other')).toBe(-3);
  });

  it('goes by the id where the module has no name before it runs', async () => {
    manager = new PluginManager({ policy: policyFor('any', 'other') });
    await manager.load(bare, { id: 'other' });
    expect(await ask('other')).toBe(5);
  });

  it('does not grant to a name that a plugin gave itself while it ran', async () => {
    manager = new PluginManager({ policy: policyFor('any') });
    await manager.load(bare);
    expect(await ask()).toBe(-3);
    await manager.reload('guest', bare);
    expect(await ask()).toBe(-3);
  });

  it('leaves it to the caller, if the caller says something', async () => {
    manager = new PluginManager({ policy: policyFor('any') });
    await manager.load(named, { permissions: {} });
    expect(await ask()).toBe(-3);
    const permissions = { envVars: false, network: false, allowedEnv: [], allowedHosts: [] };
    expect((await manager.load(named, { id: 'off', permissions })).permissions).toEqual(
      permissions,
    );
    await expect(
      manager.load(named, { id: 'on', permissions: { network: true, allowedHosts: [] } }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'permissions.network' });
  });

  it('takes a grant by digest away when another module takes the place', async () => {
    manager = new PluginManager({ policy: policyFor(`sha256:${sha256Hex(named)}`) });
    await manager.load(named);
    expect(await ask()).toBe(5);
    const other = withMetadataSection(bare, `${METADATA} `);
    expect((await manager.reload('guest', other)).permissions).toEqual({});
    expect(await ask()).toBe(-3);
  });

  it('refuses a wrong policy when it is given, with the path', () => {
    expect(() => new PluginManager({ policy: policyFor('sha256:1') })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: 'policy.plugins[0].digest' }),
    );
    const secrets = { KEY: { hosts: ['*'] } };
    expect(() => new PluginManager({ policy: { secrets } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: 'secrets.KEY.allowedHosts[0]' }),
    );
    const mistyped = { KEY: { hosts: ['api.example.com'], plugin: ['guest'] } };
    expect(() => new PluginManager({ policy: { secrets: mistyped } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNKNOWN_KEY', path: 'secrets.KEY.plugin' }),
    );
  });
});

describe('loadPolicy()', () => {
  it('reads a file', async () => {
    const path = join(folder, 'policy.json');
    await writeFile(path, JSON.stringify(policyFor('any')));
    manager = new PluginManager({ policy: await loadPolicy(path) });
    await manager.load(assemble(guestWat()), { id: 'guest' });
    expect(manager.info('guest')?.permissions).toEqual(PERMISSIONS);
    await writeFile(path, `\uFEFF${JSON.stringify(policyFor('any'))}`);
    expect(await loadPolicy(path)).toEqual(policyFor('any'));
  });

  it('takes secrets from the file that it names, and no other variable', async () => {
    const secrets = { A: { hosts: ['a.test'] }, B: { env: 'POLICY_TEST_B', hosts: ['a.test'] } };
    const path = join(folder, 'policy.json');
    await writeFile(path, JSON.stringify({ secrets, envFile: 'keys.env' }));
    await writeFile(
      join(folder, 'keys.env'),
      'A=from-the-file\nPOLICY_TEST_B=from-the-file-too\n',
      {
        mode: 0o600,
      },
    );
    const policy = await loadPolicy(path);
    expect(policy.envFile).toBe(join(folder, 'keys.env'));
    const store = readPolicy(policy).secrets;
    expect([await store.read('A'), await store.read('B')]).toMatchObject([
      { value: 'from-the-file' },
      { value: 'from-the-file-too' },
    ]);
    expect(process.env['POLICY_TEST_B']).toBe(undefined);
    process.env['POLICY_TEST_B'] = 'from-the-file-too';
    try {
      readPolicy(policy);
      process.env['POLICY_TEST_B'] = 'of-the-environment';
      await expect(loadPolicy(path)).rejects.toMatchObject({
        path: 'policy.envFile',
        message: expect.stringContaining('"POLICY_TEST_B" has another value in the environment'),
      });
    } finally {
      delete process.env['POLICY_TEST_B'];
    }
    await writeFile(join(folder, 'keys.env'), 'A=from-the-file\nsk-0123456789\n');
    const refused = loadPolicy(path);
    await expect(refused).rejects.toThrow('line 2 is neither NAME=value nor a comment');
    await expect(refused).rejects.not.toThrow('sk-0123456789');
  });

  it('takes a proxy, and does not quote a wrong one', async () => {
    const path = join(folder, 'policy.json');
    await writeFile(path, '{"proxy":{"url":"http://proxy.test:3128","names":"proxy"}}');
    expect(readPolicy(await loadPolicy(path)).proxy).toMatchObject({ names: 'proxy' });
    await writeFile(path, '{"proxy":"sk-0123456789"}');
    const refused = loadPolicy(path);
    await expect(refused).rejects.toMatchObject({ path: 'policy.proxy' });
    await expect(refused).rejects.not.toThrow('sk-0123456789');
  });

  it.each([
    { content: undefined, path: '', says: 'ENOENT' },
    { content: '{', path: '', says: 'not valid JSON' },
    { content: '', path: '', says: 'it is empty' },
    { content: Buffer.from('{}', 'utf16le'), path: '', says: 'it is UTF-16, save it as UTF-8' },
    { content: '{"plugins":[],"plugins":[]}', path: '', says: 'the key "plugins" is there twice' },
    { content: '[]', path: 'policy', says: 'expected an object' },
    { content: '{"plugin":[]}', path: 'policy.plugin', says: 'did you mean "plugins"?' },
    {
      content: '{"plugins":[{"name":"a","digest":"any","permissions":{"network":true}}]}',
      path: 'policy.plugins[0].permissions.network',
      says: '"allowedHosts" names nothing',
    },
  ])('names file and place for $content', async ({ content, path, says }) => {
    const file = join(folder, 'policy.json');
    if (content !== undefined) await writeFile(file, content);
    await expect(loadPolicy(file)).rejects.toMatchObject({
      path,
      message: expect.stringMatching(`policy\\.json.*${says.replace('?', '\\?')}`),
    });
  });
});
