import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import {
  BuildError,
  buildPlugin,
  type BuildResult,
  checkPlugin,
  createTestHost,
  type TestHost,
} from '@testbench/sdk';
import { OPTIMIZE } from '@testbench/test-kit/author-project';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';
import { sharedFile } from './shared-data.js';

const vectorFile = sharedFile('vectors/levenshtein.json');
const folder = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Builds an example in another language; undefined, with a note, if its compiler is not installed. */
async function build(name: string): Promise<BuildResult | undefined> {
  try {
    return await buildPlugin({ directory: folder(name), optimize: OPTIMIZE });
  } catch (error) {
    if (!(error instanceof BuildError) || error.code !== 'BUILD_NO_COMPILER') throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return undefined;
  }
}

const built = {
  c: await build('levenshtein-c'),
  rust: await build('levenshtein-rust'),
};
const classic = await build('classic-rust');

/** Pairs of texts of every shape: lengths, alphabets, and characters of one to four bytes. */
function somePairs(count: number): { output: string; expected: string[] }[] {
  let seed = 7;
  const next = (max: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * max);
  };
  const alphabets = ['ab', 'abc é', '👋🌍ß"\\\n', 'the quick brown'].map((text) =>
    Array.from(text),
  );
  const text = (): string => {
    const alphabet = alphabets[next(alphabets.length)]!;
    return Array.from({ length: next(40) }, () => alphabet[next(alphabet.length)]).join('');
  };
  return Array.from({ length: count }, () => ({ output: text(), expected: [text(), text()] }));
}

describe.each(Object.entries(built))(
  `levenshtein in %s, optimized for ${OPTIMIZE} (needs its compiler)`,
  (language, result) => {
    let host: TestHost;
    beforeAll(async () => {
      if (result !== undefined) host = await createTestHost(result.path);
    });
    afterAll(async () => {
      await host?.close();
    });

    it.skipIf(result === undefined)('keeps the contract', async () => {
      const { findings } = await checkPlugin(result!.bytes);
      expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
      expect(findings.length).toBe(11);
      expect(result!.metadata.name).toBe(`levenshtein-${language}`);
    });

    it.skipIf(result === undefined)('gives what the plugin in AssemblyScript gives', async () => {
      await using other = await openPlugin('levenshtein');
      for (const pair of somePairs(300)) {
        const expected = (await other.call(pair)).data;
        expect({ pair, data: (await host.call(pair)).data }).toEqual({ pair, data: expected });
      }
    });

    it.skipIf(result === undefined || vectorFile === undefined)(
      'equals the reference',
      async () => {
        const { vectors } = JSON.parse(readFileSync(vectorFile!, 'utf8'));
        for (const { id, inputs, expected, tolerance } of vectors) {
          const { data } = await host.call<{ score: number }>(inputs);
          const isClose = Math.abs(data.score - expected) <= tolerance;
          expect({ id, isClose }).toEqual({ id, isClose: true });
        }
        expect(vectors.length).toBeGreaterThan(5);
      },
    );

    it.skipIf(result === undefined).each([
      ['no output', { expected: 'a' }, 'field "output" is missing'],
      ['no references', { output: 'a', expected: [] }, 'field "expected" is empty'],
      ['a reference of null', { output: '', expected: null }, 'field "expected" is missing'],
      ['null among them', { output: '', expected: ['a', null] }, 'of field "expected" is null'],
    ])('refuses %s', async (_what, data, words) => {
      await expect(host.call(data)).rejects.toMatchObject({
        code: 'CALL_INVALID_INPUT',
        message: expect.stringContaining(words),
      });
    });
  },
);

describe('the classic signature', () => {
  const raw = folder('classic-rust/target/wasm32-unknown-unknown/release/classic_rust.wasm');

  it.skipIf(classic === undefined)('loads as the compiler made it', async () => {
    await using host = await createTestHost(raw);
    const { data } = await host.call({ output: 'one two\nthree', expected: 'x' });
    expect(data).toEqual({ score: 0.3, metrics: { words: 3 } });
    await expect(host.call({ answer: 'x' })).rejects.toMatchObject({ code: 'CALL_INVALID_INPUT' });
  });

  it.skipIf(classic === undefined)('is conformant, but for the section that it lacks', async () => {
    const { findings } = await checkPlugin(new Uint8Array(readFileSync(raw)));
    const notes = findings.filter(({ status }) => status !== 'ok');
    expect(notes.map(({ check, status }) => [check, status])).toEqual([
      ['module', 'warning'],
      ['allocator', 'skipped'],
      ['bad inputs', 'warning'],
      ['batch', 'skipped'],
    ]);
  });
});
