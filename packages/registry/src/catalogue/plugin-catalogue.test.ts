import { once } from 'node:events';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assemble, guestWat, METADATA, withMetadataSection } from '@testbench/test-kit';
import type { PluginMetadata } from '@testbench/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DIGEST, entryOf } from './__fixtures__/entries.js';
import { readCatalogueEntry } from './catalogue-entry.js';
import { CatalogueEmitter } from './catalogue-events.js';
import type { CatalogueQuery } from './catalogue-query.js';
import { PluginCatalogue } from './plugin-catalogue.js';

const MODULE = new URL('../../build/catalogue/plugin-catalogue.js', import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbench-catalogue-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const path = (): string => join(folder, 'catalogue.jsonl');

async function catalogueOf(...entries: ReturnType<typeof entryOf>[]): Promise<PluginCatalogue> {
  const catalogue = await PluginCatalogue.open();
  await catalogue.registerAll(entries);
  return catalogue;
}

describe('search()', () => {
  const network = { permissions: { network: true, allowed_hosts: ['a.example'] } };
  const entries = [
    entryOf('bleu', { description: 'Overlap of words, as translations are scored', author: 'Ann' }),
    entryOf('bleu', { version: '1.10.0', keywords: ['Translation'] }),
    entryOf('bleu', { version: '1.9.0' }),
    entryOf('bleu', { version: '2.0.0-rc.1' }),
    entryOf('chat', { plugin_type: 'provider', capabilities: ['network'], ...network }),
    entryOf('words', { description: 'Counts them', author: 'ann' }),
    entryOf('bleu', { version: '9.0.0' }, 'elsewhere'),
  ];
  const found = async (query: CatalogueQuery): Promise<string[]> =>
    (await catalogueOf(...entries))
      .search(query)
      .map(
        ({ registry, metadata }) =>
          `${registry === 'local' ? '' : 'elsewhere/'}${metadata.name}@${metadata.version}`,
      );

  it.each<{ query: CatalogueQuery; names: string[] }>([
    { query: { type: 'provider' }, names: ['chat@1.0.0'] },
    { query: { capability: 'network' }, names: ['chat@1.0.0'] },
    { query: { author: 'ANN', allVersions: true }, names: ['bleu@1.0.0', 'words@1.0.0'] },
    { query: { keyword: 'translation' }, names: ['bleu@1.10.0'] },
    { query: { keyword: 'translat' }, names: [] },
    { query: { range: '^1.0.0', name: 'bleu' }, names: ['bleu@1.10.0'] },
    { query: { range: '>=2.0.0-0', registry: 'local' }, names: ['bleu@2.0.0-rc.1'] },
    { query: { text: 'words' }, names: ['words@1.0.0', 'bleu@1.0.0'] },
    { query: { text: 'TRANSL' }, names: ['bleu@1.10.0'] },
    { query: { text: 'overlap translations' }, names: ['bleu@1.0.0'] },
    { query: { text: 'overlap missing' }, names: [] },
    { query: { asks: 'network' }, names: ['chat@1.0.0'] },
    { query: { asksAtMost: [], type: 'provider' }, names: [] },
    { query: { asksAtMost: ['network'], type: 'provider' }, names: ['chat@1.0.0'] },
    { query: { name: 'bleu' }, names: ['elsewhere/bleu@9.0.0', 'bleu@2.0.0-rc.1'] },
    { query: { limit: 1 }, names: ['elsewhere/bleu@9.0.0'] },
  ])('finds $names by $query', async ({ query, names }) => {
    expect(await found(query)).toEqual(names);
  });

  it.each([
    { query: { range: 'newest please' }, path: 'query.range' },
    { query: { tpye: 'evaluator' }, path: 'tpye' },
    { query: { limit: 0 }, path: 'query.limit' },
    { query: { asks: '__proto__' }, path: 'query.asks' },
  ])('refuses $query', async ({ query }) => {
    const catalogue = await PluginCatalogue.open();
    expect(() => catalogue.search(query as CatalogueQuery)).toThrow(
      expect.objectContaining({ name: 'ConfigError' }),
    );
  });

  it('finds the highest of each name by type and capability', async () => {
    const catalogue = await catalogueOf(...entries);
    expect(catalogue.findByType('evaluator').map(({ metadata }) => metadata.version)).toEqual([
      '9.0.0',
      '2.0.0-rc.1',
      '1.0.0',
    ]);
    expect(catalogue.findByCapability('network')).toHaveLength(1);
    expect(() => catalogue.findByType('none' as 'custom')).toThrow('expected "evaluator"');
  });
});

describe('hostile metadata', () => {
  it.each(['constructor', 'hasOwnProperty', 'toString', 'valueOf'])(
    'takes the name %s as any other',
    async (name) => {
      const words = { description: `__proto__ ${name}`, keywords: ['__proto__', name] };
      const catalogue = await catalogueOf(entryOf(name, words), entryOf('other'));
      expect(catalogue.search({ text: name })).toHaveLength(1);
      expect(catalogue.search({ keyword: '__proto__' })).toHaveLength(1);
      expect(catalogue.get({ registry: 'local', name, version: '1.0.0' })).toBeDefined();
      expect(catalogue.search({ text: 'isPrototypeOf' })).toEqual([]);
    },
  );

  it('keeps a line a line, whatever the texts hold', async () => {
    const description = 'a\nb\r\u2028\u001b[31m\0';
    const catalogue = await PluginCatalogue.open({ folder });
    await catalogue.register(entryOf('a', { description }));
    const again = await PluginCatalogue.open({ folder });
    expect(again.repairs).toEqual([]);
    expect(again.entries()[0]?.metadata.description).toBe(description);
  });

  it.each([
    { what: 'a digest', change: { digest: 'sha256:x' } },
    { what: 'a registry', change: { registry: 'a\nb' } },
    { what: 'a name', change: { metadata: { ...entryOf('a').metadata, name: '../a' } } },
    {
      what: 'a version',
      change: { metadata: { ...entryOf('a').metadata, version: '9'.repeat(99) + '.0.0' } },
    },
    { what: 'metadata', change: { metadata: undefined } },
    {
      what: 'more than a line may have',
      change: {
        metadata: {
          ...entryOf('a').metadata,
          keywords: Array.from({ length: 128 }, () => 'x'.repeat(4096)),
        },
      },
    },
  ])('refuses $what', async ({ change }) => {
    const catalogue = await PluginCatalogue.open({ folder });
    const entry = { ...entryOf('a'), ...(change as { metadata: PluginMetadata }) };
    await expect(catalogue.register(entry)).rejects.toMatchObject({
      code: 'CATALOGUE_INVALID_ENTRY',
    });
    expect(catalogue.size).toBe(0);
  });
});

describe('readCatalogueEntry()', () => {
  const place = { registry: 'local', digest: DIGEST };
  // Traps when run: reading it must not run it.
  const trap = assemble(guestWat({ rest: '(func $start (unreachable)) (start $start)' }));

  it('reads the section and runs nothing', () => {
    expect(readCatalogueEntry(withMetadataSection(trap, METADATA), place)).toMatchObject({
      registry: 'local',
      metadata: { name: 'guest' },
    });
  });

  it.each([
    { what: 'no section', bytes: trap },
    { what: 'no module', bytes: new Uint8Array(8) },
    {
      what: 'two sections',
      bytes: withMetadataSection(withMetadataSection(trap, METADATA), METADATA),
    },
  ])('refuses $what', ({ bytes }) => {
    expect(() => readCatalogueEntry(bytes, place)).toThrow(
      expect.objectContaining({ code: 'CATALOGUE_INVALID_ENTRY' }),
    );
  });
});

describe('on the disk', () => {
  it('is there again, with what was removed left out', async () => {
    const one = await PluginCatalogue.open({ folder });
    await one.registerAll([entryOf('a'), entryOf('b')]);
    expect(await one.unregister({ registry: 'local', name: 'a', version: '1.0.0' })).toBe(true);
    expect(await one.unregister({ registry: 'local', name: 'a', version: '1.0.0' })).toBe(false);
    const again = await PluginCatalogue.open({ folder });
    expect(again.entries().map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('tells what it and others change', async () => {
    const told: string[] = [];
    const events = new CatalogueEmitter();
    events.on('plugin-registered', ({ metadata }) => told.push(`+${metadata.name}`));
    events.on('plugin-unregistered', ({ name }) => told.push(`-${name}`));
    const one = await PluginCatalogue.open({ folder, events });
    const other = await PluginCatalogue.open({ folder });
    await other.register(entryOf('a'));
    await one.refresh();
    await one.unregister({ registry: 'local', name: 'a', version: '1.0.0' });
    await other.refresh();
    expect(told).toEqual(['+a', '-a']);
    expect(other.size).toBe(0);
  });

  it('takes an entry away that was half written, and nothing else', async () => {
    const one = await PluginCatalogue.open({ folder });
    await one.register(entryOf('a'));
    appendFileSync(path(), readFileSync(path(), 'utf8').slice(0, -20));
    const again = await PluginCatalogue.open({ folder });
    expect(again.size).toBe(1);
    await again.register(entryOf('b'));
    expect(again.repairs).toEqual(['an entry that was half written was taken away']);
    const last = await PluginCatalogue.open({ folder });
    expect(last.entries().map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(last.repairs).toEqual([]);
  });

  it('tells damage, sets the file aside and makes it again', async () => {
    const one = await PluginCatalogue.open({ folder });
    await one.registerAll([entryOf('a'), entryOf('b'), entryOf('c')]);
    const lines = readFileSync(path(), 'utf8').split('\n');
    lines[1] = lines[1]!.replace('"b"', '"x"');
    writeFileSync(path(), lines.join('\n'));
    const repairs: string[] = [];
    const events = new CatalogueEmitter();
    events.on('catalogue-repaired', ({ repair }) => repairs.push(repair));
    const again = await PluginCatalogue.open({ folder, events, rebuild: () => [entryOf('b')] });
    expect(again.entries().map(({ metadata }) => metadata.name)).toEqual(['a', 'c', 'b']);
    expect(repairs).toEqual([expect.stringMatching(/^1 line was damaged; 2 entries are left/)]);
    expect(readFileSync(`${path()}.damaged`, 'utf8')).toContain('"x"');
    expect((await PluginCatalogue.open({ folder })).repairs).toEqual([]);
  });

  it('writes its file again when most of it counts no more', async () => {
    const one = await PluginCatalogue.open({ folder });
    const other = await PluginCatalogue.open({ folder });
    const versions = (from: number) =>
      Array.from({ length: 700 }, (_, n) =>
        entryOf('a', { version: `1.0.${n}`, author: `${from}` }),
      );
    await one.registerAll(versions(1));
    await one.registerAll(versions(2));
    await other.refresh();
    const before = statSync(path()).size;
    await one.registerAll(versions(3));
    expect(statSync(path()).size).toBeLessThan(before);
    await other.refresh();
    expect(other.size).toBe(700);
    expect(other.search({ author: '3', limit: 1 })).toHaveLength(1);
  });

  it('is refused in a folder that is none', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(PluginCatalogue.open({ folder: join(folder, 'file') })).rejects.toMatchObject({
      code: 'CATALOGUE_UNUSABLE',
    });
  });
});

describe('processes', () => {
  /** Registers plugins one by one under its own names, and reports each. */
  const writer = (name: string, count: number): string => `
    const { PluginCatalogue } = await import(${JSON.stringify(MODULE)});
    const catalogue = await PluginCatalogue.open({ folder: ${JSON.stringify(folder)} });
    for (let n = 0; n < ${count}; n += 1) {
      const metadata = { name: '${name}', version: '1.0.' + n, description: '', author: '', pluginType: 'custom', capabilities: [], apiVersion: '1.0.0' };
      await catalogue.register({ registry: 'local', digest: '${DIGEST}', metadata });
      process.stdout.write('.');
    }`;
  const start = (name: string, count: number) =>
    spawn(process.execPath, ['--input-type=module', '-e', writer(name, count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  it('write at the same time, and lose nothing', async () => {
    const children = [start('a', 20), start('b', 20)];
    const codes = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(codes.map(([code]) => code as number)).toEqual([0, 0]);
    const catalogue = await PluginCatalogue.open({ folder });
    expect(catalogue.size).toBe(40);
    expect(catalogue.repairs).toEqual([]);
  });

  it('may be killed at any moment: what they said is there stays', async () => {
    let kept = 0;
    for (let kills = 1; kills <= 3; kills += 1) {
      const child = start(`k${kills}`, 10_000);
      let said = 0;
      child.stdout.on('data', (dots: Buffer) => {
        said += dots.length;
        if (said >= 4 * kills) child.kill('SIGKILL');
      });
      await once(child, 'close');
      kept += said;
      const catalogue = await PluginCatalogue.open({ folder });
      expect(catalogue.size).toBeGreaterThanOrEqual(kept);
      // One more may have been written but not yet reported.
      expect(catalogue.size).toBeLessThanOrEqual(kept + kills);
      await catalogue.register(entryOf(`after-${kills}`));
      kept += 1;
    }
  });
});
