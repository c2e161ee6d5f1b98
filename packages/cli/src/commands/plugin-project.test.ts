import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { assemble, guestWat, withMetadataSection } from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project whose registry is a folder, and a function that runs a command in it. */
async function project(): Promise<{
  readonly folder: string;
  readonly run: (...args: string[]) => Promise<Ran>;
  readonly publish: (version: string, fields?: object) => Promise<Ran>;
}> {
  const folder = await temporaryFolder();
  const registries = { registries: { main: 'store' }, namespaces: { team: 'main' } };
  writeFileSync(join(folder, 'testbench.registries.json'), JSON.stringify(registries));
  const run = async (...args: string[]): Promise<Ran> => {
    const { io, stdout, stderr } = captureIo({ cwd: folder });
    const code = await main(['plugin', ...args], io);
    return { code, stdout: stdout(), stderr: stderr() };
  };
  const publish = async (version: string, fields: object = {}): Promise<Ran> => {
    const wire = { name: 'guest', version, plugin_type: 'custom', api_version: '1.0.0', ...fields };
    const text = JSON.stringify(wire);
    const bytes = withMetadataSection(assemble(guestWat({ metadataText: text })), text);
    writeFileSync(join(folder, 'guest.wasm'), bytes);
    return await run('publish', 'guest.wasm', '--name', 'team/guest');
  };
  return { folder, run, publish };
}

const versions = ({ stdout }: Ran): string[] =>
  (JSON.parse(stdout) as { installed: { name: string; version: string }[] }).installed.map(
    ({ name, version }) => `${name}@${version}`,
  );

describe('testbench plugin', () => {
  it('publishes, installs, updates, pins and rolls back', async () => {
    const { folder, run, publish } = await project();
    expect((await publish('1.0.0')).stdout).toMatch(
      /^team\/guest@1\.0\.0 sha256:[0-9a-f]{64}\nsigned by nobody\n$/,
    );
    expect(versions(await run('install', 'team/guest@^1.0.0', '--json'))).toEqual([
      'team/guest@1.0.0',
    ]);
    const lockfile = readFileSync(join(folder, 'testbench.lock'), 'utf8');
    expect((await run('install', '--frozen', '--json')).code).toBe(0);
    expect(readFileSync(join(folder, 'testbench.lock'), 'utf8')).toBe(lockfile);
    expect((await run('outdated')).stdout).toBe('Everything is up to date\n');

    await publish('1.1.0', { description: 'Counts words' });
    expect((await run('outdated')).stdout).toContain('1.1.0');
    expect(versions(await run('update', '--json'))).toEqual(['team/guest@1.1.0']);
    expect(versions(await run('rollback', 'team/guest', '--json'))).toEqual(['team/guest@1.0.0']);
    expect((await run('list')).stdout).toContain('1.0.0 (pinned)');
    await run('pin', 'team/guest', '--off');
    expect(versions(await run('update', '--json'))).toEqual(['team/guest@1.1.0']);

    expect((await run('info', 'team/guest@1.1.0')).stdout).toContain('Counts words');
    expect((await run('search', 'count')).stdout).toContain('guest');
    expect((await run('uninstall', 'team/guest')).stdout).toBe('No plugins are installed\n');
  });

  it('stops at a version that asks for more, until it is consented to', async () => {
    const { run, publish } = await project();
    await publish('1.0.0');
    await run('install', 'team/guest');
    await publish('1.1.0', { permissions: { network: true, allowed_hosts: ['a.example'] } });
    const stopped = await run('update');
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('INSTALL_CONSENT_NEEDED');
    expect(stopped.stderr).toContain('network a.example');
    expect(versions(await run('update', '--yes', '--json'))).toEqual(['team/guest@1.1.0']);
  });

  it('keeps the old version where the new one does not start', async () => {
    const { folder, run, publish } = await project();
    await publish('1.0.0');
    await run('install', 'team/guest');
    const text = JSON.stringify({
      name: 'guest',
      version: '1.1.0',
      plugin_type: 'custom',
      api_version: '1.0.0',
    });
    const ill = assemble(
      guestWat({ metadataText: text, rest: '(func $s (unreachable)) (start $s)' }),
    );
    writeFileSync(join(folder, 'ill.wasm'), withMetadataSection(ill, text));
    await run('publish', 'ill.wasm', '--name', 'team/guest');
    const failed = await run('update');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('INSTALL_UNHEALTHY');
    expect((await run('outdated')).stdout).toBe('Everything is up to date\n');
    expect(versions(await run('list', '--json'))).toEqual(['team/guest@1.0.0']);
  });

  it.each([
    { args: ['install', 'other/guest', '--frozen'], state: 'INSTALL_FROZEN' },
    { args: ['install', 'oci://evil.example/team/guest'], state: 'INSTALL_WRONG_REGISTRY' },
    { args: ['install', './guest.wasm'], state: 'CONFIG_INVALID' },
    { args: ['uninstall', 'team/none'], state: 'INSTALL_NOT_INSTALLED' },
    { args: ['install', 'team/none'], state: 'INSTALL_NO_VERSION' },
  ])('refuses $args', async ({ args, state }) => {
    const { run } = await project();
    const { code, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(state) });
  });

  it('gives a run the plugins of the lockfile', async () => {
    const { folder, run } = await project();
    const registries = { registries: { main: 'store' } };
    writeFileSync(join(folder, 'testbench.registries.json'), JSON.stringify(registries));
    await run('publish', examplePlugin('exact-match'));
    await run('install', 'exact-match');
    writeFileSync(
      join(folder, 'data.jsonl'),
      '{"input":"2 + 2","expected":"4","answers":{"a":"4"}}\n',
    );
    const bench = async (plugin: string): Promise<Ran> => {
      const config = {
        name: 'small',
        dataset: { path: 'data.jsonl' },
        provider: { plugin: examplePlugin('replay'), models: ['a'] },
        evaluators: [{ plugin }],
      };
      writeFileSync(join(folder, 'bench.json'), JSON.stringify(config));
      const { io, stdout, stderr } = captureIo({ cwd: folder });
      const code = await main(['run', 'bench.json', '--frozen', '--json'], io);
      return { code, stdout: stdout(), stderr: stderr() };
    };
    expect(await bench('exact-match')).toMatchObject({ code: 0 });
    expect(await bench('exact-match@^9.0.0')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('testbench.lock has'),
    });
  });
});
