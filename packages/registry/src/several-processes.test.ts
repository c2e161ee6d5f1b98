import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { PluginCatalogue } from './catalogue/plugin-catalogue.js';
import { installPlugins } from './install/install-plugins.js';
import { moduleOf, projectFolder, publish } from './install/__fixtures__/plugins.js';
import { listInstalled } from './install/manage-plugins.js';
import { RegistryMap } from './install/registry-map.js';
import { openLayoutStore } from './stores/layout-store.js';

const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
const PRELUDE = `
  const { openLayoutStore } = await import(${at('../build/stores/index.js')});
  const { installPlugins, publishPlugin, RegistryMap } = await import(${at('../build/install/index.js')});
  const { readFileSync } = await import('node:fs');`;

let folder: string;
let store: string;
beforeEach(() => {
  folder = projectFolder();
  store = join(folder, 'store');
});

/** Starts a process with the imports of the prelude. */
function start(work: string): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', PRELUDE + work], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
  });
}

/** Writes versions of a name one by one, and reports each. */
const writer = (name: string, count: number): string => `
  const store = openLayoutStore('store');
  for (let n = 0; n < ${count}; n += 1) {
    const bytes = new TextEncoder().encode('${name} ' + n);
    await store.write({ name: '${name}', version: '1.0.' + n, layers: [{ mediaType: 'a/b', bytes }] });
    process.stdout.write('.');
  }`;

const installer = (name: string): string => `
  const registries = new RegistryMap({ registries: { main: openLayoutStore('store') } });
  const { installed } = await installPlugins({ folder: '.', registries, plugins: [{ name: '${name}' }] });
  process.stdout.write(installed.map(({ name }) => name).join());`;

const exitCodes = async (children: readonly ChildProcess[]): Promise<unknown[]> =>
  (await Promise.all(children.map((child) => once(child, 'close')))).map(([code]) => code);

describe('a layout', () => {
  it('takes what two processes write at once', async () => {
    expect(await exitCodes([start(writer('a', 12)), start(writer('b', 12))])).toEqual([0, 0]);
    for (const name of ['a', 'b']) expect(await openLayoutStore(store).list(name)).toHaveLength(12);
  });

  it('has whatever was said to be written, also by a process that was killed in the middle', async () => {
    for (let kills = 1; kills <= 3; kills += 1) {
      const child = start(writer(`k${kills}`, 10_000));
      let said = 0;
      child.stdout!.on('data', (dots: Buffer) => {
        said += dots.length;
        if (said >= 3 * kills) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const opened = openLayoutStore(store);
      const versions = await opened.list(`k${kills}`);
      // One more may have been written but not yet reported.
      expect([said, said + 1]).toContain(versions.length);
      for (const version of versions) {
        const { digest } = await opened.resolve({ name: `k${kills}`, version });
        expect((await opened.read({ name: `k${kills}`, digest })).length).toBeGreaterThan(0);
      }
    }
  });
});

describe('a project', () => {
  const registries = (): RegistryMap =>
    new RegistryMap({ registries: { main: openLayoutStore(store) } });

  it('has what two processes install at once', async () => {
    for (const name of ['a', 'b']) await publish(openLayoutStore(store), name, '1.0.0');
    expect(await exitCodes([start(installer('a')), start(installer('b'))])).toEqual([0, 0]);
    expect((await listInstalled(folder)).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('is installed into again after a process was killed, whenever that was', async () => {
    await publish(openLayoutStore(store), 'a', '1.0.0', { description: 'x'.repeat(3_000) });
    // Killed at each of the events, starting with the first.
    for (let event = 1; event <= 3; event += 1) {
      const child = start(`
        let left = ${event};
        const registries = new RegistryMap({ registries: { main: openLayoutStore('store') } });
        await installPlugins({ folder: '.', registries, plugins: [{ name: 'a' }], onEvent() {
          left -= 1;
          if (left === 0) process.kill(process.pid, 'SIGKILL');
        } });`);
      await once(child, 'close');
      if (existsSync(join(folder, 'testbench.lock'))) break;
      expect(await listInstalled(folder)).toEqual([]);
    }
    const { installed } = await installPlugins({
      folder,
      registries: registries(),
      plugins: [{ name: 'a' }],
    });
    expect(readdirSync(join(folder, '.testbench/plugins'))).toHaveLength(1);
    expect(readFileSync(installed[0]!.path)).toEqual(
      Buffer.from(moduleOf('a', '1.0.0', { description: 'x'.repeat(3_000) })),
    );
  });
});

// A limit on file sizes simulates a full disk: the same calls fail, in the middle of a write.
describe.skipIf(process.platform === 'win32')('a full disk', () => {
  /** Runs code that cannot write files larger than `blocks` blocks of 512 bytes. */
  const run = (blocks: number, work: string): { status: number | null; stderr: string } =>
    spawnSync(
      'sh',
      [
        '-c',
        `ulimit -f ${blocks}; exec "$0" --input-type=module -e "$1"`,
        process.execPath,
        `${PRELUDE} ${work}`,
      ],
      { cwd: folder, encoding: 'utf8', timeout: 30_000 },
    );
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tmp$|\.wasm$|testbench\.lock$/.test(name),
    );

  it('leaves nothing of a plugin that was not wholly installed', async () => {
    await publish(openLayoutStore(store), 'a', '1.0.0', { description: 'x'.repeat(3_000) });
    const { status, stderr } = run(4, installer('a'));
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('INSTALL_UNUSABLE'),
    });
    expect(files()).toEqual([]);
  });

  it('leaves the old lockfile where the new one has no room', async () => {
    const layout = openLayoutStore(store);
    const allowed_hosts = Array.from({ length: 120 }, (_, n) => `host-${n}.example.com`);
    await publish(layout, 'a', '1.0.0');
    await installPlugins({ folder, registries: registriesOf(store), plugins: [{ name: 'a' }] });
    const before = readFileSync(join(folder, 'testbench.lock'), 'utf8');
    await publish(layout, 'b', '1.0.0', { permissions: { network: true, allowed_hosts } });
    // There is room for its module, but not for its lockfile, which has a line for each host.
    const blocks = Math.ceil(
      (moduleSize('b', { permissions: { network: true, allowed_hosts } }) + 200) / 512,
    );
    const { status, stderr } = run(blocks, installer('b'));
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('testbench.lock'),
    });
    expect(readFileSync(join(folder, 'testbench.lock'), 'utf8')).toBe(before);
    expect((await listInstalled(folder)).map(({ name }) => name)).toEqual(['a']);
  });

  it('leaves a catalogue with whole entries alone', async () => {
    const metadata = {
      name: 'a',
      description: 'x'.repeat(300),
      author: '',
      pluginType: 'custom',
      capabilities: [],
      apiVersion: '1.0.0',
    };
    const { status, stderr } = run(
      8,
      `const { PluginCatalogue } = await import(${at('../build/catalogue/plugin-catalogue.js')});
      const catalogue = await PluginCatalogue.open({ folder: 'catalogue' });
      const digest = 'sha256:' + '0'.repeat(64);
      for (let n = 0; n < 100; n += 1) {
        await catalogue.register({ registry: 'local', digest, metadata: { ...${JSON.stringify(metadata)}, version: '1.0.' + n } });
        process.stderr.write('.');
      }`,
    );
    const said = /^\.+/.exec(stderr)?.[0].length ?? 0;
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('CATALOGUE_UNUSABLE'),
    });
    const catalogue = await PluginCatalogue.open({ folder: join(folder, 'catalogue') });
    expect({ size: catalogue.size, repairs: catalogue.repairs }).toEqual({
      size: said,
      repairs: [],
    });
    expect(said).toBeGreaterThan(3);
  });

  it('leaves a layout as it was', async () => {
    await openLayoutStore(store).write({ name: 'a', version: '1.0.0', layers: [] });
    writeFileSync(join(folder, 'big'), new Uint8Array(100_000));
    const { status, stderr } = run(
      8,
      `await openLayoutStore('store').write({ name: 'a', version: '1.1.0', layers: [{ mediaType: 'a/b', bytes: readFileSync('big') }] });`,
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('STORE_UNUSABLE'),
    });
    expect(await openLayoutStore(store).list('a')).toEqual(['1.0.0']);
    expect(files()).toEqual([]);
  });
});

function registriesOf(path: string): RegistryMap {
  return new RegistryMap({ registries: { main: openLayoutStore(path) } });
}

function moduleSize(name: string, fields: object): number {
  return moduleOf(name, '1.0.0', fields).length;
}
