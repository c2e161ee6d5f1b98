import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PluginSystem } from '@testbench/core';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
/** A folder in which promptfoo is installed; `pnpm -C conformance promptfoo` makes one. */
const folder = process.env['PROMPTFOO_DIR'] ?? '';
const entry = join(folder, 'node_modules/promptfoo/dist/src/entrypoint.js');
const dist = join(import.meta.dirname, '../dist');
const built = (name: string): string =>
  join(import.meta.dirname, '../../../example-plugins', name, 'build', `${name}.wasm`);

const CASES = [
  { answer: 'Paris', text: 'Paris' },
  { answer: 'the capital is Paris', text: 'Paris' },
  { answer: 'kitten', text: 'sitting' },
  { answer: '42 apples', text: '42' },
  { answer: 'Grüße aus Köln', text: 'Grüsse aus Köln' },
];
const PLUGINS = ['exact-match', 'token-f1', 'levenshtein', 'contains'];

interface Evaluated {
  readonly results: {
    readonly results: readonly {
      readonly response: { readonly output: string };
      readonly gradingResult: { readonly componentResults: readonly { readonly score: number }[] };
    }[];
  };
}

describe.skipIf(folder === '' || !existsSync(join(dist, 'assertion.js')))(
  'promptfoo from npm (needs PROMPTFOO_DIR with promptfoo installed in it, and a build)',
  () => {
    it('gives the scores that the plugins give', async () => {
      const work = await mkdtemp(join(tmpdir(), 'testbench-promptfoo-'));
      try {
        const config = {
          prompts: ['{{answer}}'],
          providers: [
            {
              id: `file://${join(dist, 'provider.js')}`,
              config: { plugin: built('echo'), model: 'any' },
            },
          ],
          tests: CASES.map((vars) => ({
            vars,
            assert: PLUGINS.map((name) => ({
              type: 'javascript',
              value: `file://${join(dist, 'assertion.js')}`,
              config: { plugin: built(name), expected: 'text' },
            })),
          })),
        };
        await writeFile(join(work, 'promptfooconfig.json'), JSON.stringify(config));
        const args = ['eval', '-c', 'promptfooconfig.json', '--no-cache', '--no-table', '-o'];
        const env = {
          PATH: process.env['PATH'],
          HOME: work,
          PROMPTFOO_CONFIG_DIR: join(work, 'state'),
          PROMPTFOO_DISABLE_TELEMETRY: '1',
          PROMPTFOO_DISABLE_UPDATE: '1',
        };
        // It ends with 100 where an assertion has failed.
        await run(process.execPath, [entry, ...args, 'out.json'], { cwd: work, env }).catch(
          (error: unknown) => {
            if ((error as { code?: unknown }).code !== 100) throw error;
          },
        );
        const found = JSON.parse(await readFile(join(work, 'out.json'), 'utf8')) as Evaluated;
        const rows = found.results.results;
        expect(rows.map(({ response }) => response.output).toSorted()).toEqual(
          CASES.map(({ answer }) => answer).toSorted(),
        );
        await using system = new PluginSystem({ isolation: 'inline' });
        const plugins = await Promise.all(
          PLUGINS.map((name) => system.loadPlugin(built(name), { pluginType: 'evaluator' })),
        );
        for (const { response, gradingResult } of rows) {
          const { text } = CASES.find(({ answer }) => answer === response.output)!;
          const own = await Promise.all(
            plugins.map((plugin) => plugin.execute({ output: response.output, expected: text })),
          );
          expect(gradingResult.componentResults.map(({ score }) => score)).toEqual(
            own.map(({ data }) => data.score),
          );
        }
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    });
  },
);
