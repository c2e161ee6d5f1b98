import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadBenchmarkConfig, PluginLocator, runPlan } from '@testbench/bench';
import { buildScript, createScriptCompiler } from '@testbench/script';
import { afterAll, describe, expect, it } from 'vitest';

const folder = await mkdtemp(join(tmpdir(), 'testbench-run-code-'));
afterAll(() => rm(folder, { recursive: true }));
const example = (language: string): string =>
  join(import.meta.dirname, `../examples/run-code/${language}.yaml`);
const plugins = join(import.meta.dirname, '../packages/plugins/build');
const compileScript = createScriptCompiler({ cacheDir: join(folder, 'scripts') });

/** Correct samples out of three, by problem. */
const RIGHT = {
  python: { clamp: 2, initials: 1, halvings: 0, runs: 3 },
  javascript: { clamp: 2, initials: 2, halvings: 0, runs: 3 },
};
const pass2 = (right: number): number => 1 - ((3 - right) * (2 - right)) / 6;

describe('run-code by its name', () => {
  it.each(['python', 'javascript'] as const)(
    'judges samples in %s, and makes pass@2 of them',
    async (language) => {
      const overrides = [`outputDir=${join(folder, language)}`];
      const config = await loadBenchmarkConfig(example(language), { overrides });
      const { summary, ok } = await runPlan(config, { compileScript });
      expect(ok).toBe(true);
      expect(summary).toMatchObject({ records: 4, cases: 12, failedCases: 0 });
      const rights = Object.values(RIGHT[language]);
      const mean = rights.reduce((sum, right) => sum + pass2(right), 0) / rights.length;
      expect(summary.scores[0]!.mean).toBeCloseTo(mean, 9);
    },
    120_000,
  );

  it.each([
    ['run-code@^2', {}, 'the installed version is 1.0.0'],
    ['run-cod', {}, 'did you mean "run-code"?'],
    ['run-code', { language: 'ruby' }, 'its "language" is "ruby", expected python or javascript'],
  ])('is refused as %s with %j', async (name, config, message) => {
    const locator = new PluginLocator(plugins, { compileScript });
    await expect(locator.locate(name, 'evaluators[0].plugin', config)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('is refused where nothing compiles scripts', async () => {
    await expect(new PluginLocator(plugins).locate('run-code', 'here')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('nothing here compiles scripts'),
    });
  });

  it('is of the version that its package says', async () => {
    for (const language of ['python', 'javascript']) {
      const { metadata } = await buildScript({ path: '.', shipped: 'run-code', language });
      expect(metadata).toMatchObject({
        name: 'run-code',
        version: '1.0.0',
        pluginType: 'evaluator',
      });
    }
  });
});
