import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { fillPage } from './fill-page.js';
import { PageHosts } from './page-hosts.js';

const root = new URL('../../../', import.meta.url);
const folders = ['docs/metrics', 'docs/plugins'];
const pages = folders.flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => `${folder}/${name}`),
);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const plugins = readdirSync(new URL('example-plugins', root)).filter(
  (name) => name !== 'tests' && existsSync(new URL(`example-plugins/${name}/package.json`, root)),
);

const hosts = new PageHosts();
afterAll(() => hosts[Symbol.asyncDispose]());

interface Named {
  readonly plugin: string;
  readonly config?: object;
}

/** Every plugin that a configuration names. */
function pluginsIn(value: unknown): Named[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap((item) => pluginsIn(item));
  return 'plugin' in value ? [value as Named, ...inner] : inner;
}

describe('the pages of metrics and plugins', () => {
  // If it fails, the plugin has changed: `npm test -- --project example-plugins pages -u` writes the pages.
  it.each(pages)('%s has the facts, options and outputs of its plugin', async (path) => {
    const page = read(path);
    await expect(await fillPage(page, hosts)).toMatchFileSnapshot(
      fileURLToPath(new URL(path, root)),
    );
  });

  it('are for every plugin, and every page is in the index of its folder', () => {
    const text = pages.map((path) => read(path)).join('\n');
    expect(plugins.filter((name) => !text.includes(`example-plugins/${name}/README.md`))).toEqual(
      [],
    );
    for (const folder of folders) {
      const index = read(`${folder}/README.md`);
      const own = pages.filter((path) => path.startsWith(folder));
      expect(own.filter((path) => !index.includes(`(${path.slice(folder.length + 1)})`))).toEqual(
        [],
      );
    }
  });

  it('configure plugins and options that there are', async () => {
    for (const path of pages) {
      for (const [, block = ''] of read(path).matchAll(/```yaml\n([^]*?)```/g)) {
        const config: unknown = parse(block);
        for (const { plugin, config: options = {} } of pluginsIn(config)) {
          expect(plugins, `${path}: plugin "${plugin}"`).toContain(plugin);
          const known = await hosts.options(plugin);
          expect(known, `${path}: options of "${plugin}"`).toEqual(
            expect.arrayContaining(Object.keys(options)),
          );
        }
      }
    }
  });
});
