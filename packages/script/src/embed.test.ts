import { PluginSystem } from '@testbench/core';
import { describe, expect, it } from 'vitest';

import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildScript } from './build-script.js';

const SCRIPTS = {
  'near.js': `export default { name: 'near', asking: true, run: async (texts, { embed }) => await embed('vectors', 'small', texts) };`,
  'near.py': `plugin = {"asking": True}

def run(texts, context):
    return context.embed("vectors", "small", texts)
`,
};

describe('embed() of a context', () => {
  it.each(Object.entries(SCRIPTS))(
    'gives one list of numbers for each text: %s',
    async (file, code) => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'testbench-embed-'));
      const path = join(folder.path, file);
      await writeFile(path, code);
      const { bytes } = await buildScript({ path });
      const asked: unknown[] = [];
      await using system = new PluginSystem({
        isolation: 'inline',
        limits: { maxFuel: 5_000_000_000 },
        askModel({ provider, data }) {
          asked.push({ provider, ...(data as object) });
          return Promise.resolve({
            text: '',
            model: 'small',
            embeddings: [
              [1, 0.5],
              [3, 0],
            ],
          });
        },
      });
      await system.loadPluginFromBytes('near', bytes, {
        permissions: { network: true, allowedHosts: ['api.example.com'] },
      });
      const { data } = await system.executePlugin('near', { data: ['a', 'bcd'] });
      expect(data).toEqual([
        [1, 0.5],
        [3, 0],
      ]);
      expect(asked).toEqual([{ provider: 'vectors', model: 'small', embed: ['a', 'bcd'] }]);
    },
  );
});
