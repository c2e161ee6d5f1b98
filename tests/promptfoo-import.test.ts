import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadBenchmarkConfig, runBenchmark } from '@testbench/bench';
import { importPromptfooConfig } from '@testbench/interop';
import { shippedPlugins } from '@testbench/plugins';
import { expect, it, onTestFinished } from 'vitest';

/** Of the kind that promptfoo's documentation has, with a provider that needs no key. */
const CONFIG = `
description: Translations
prompts:
  - 'Translate to {{language}}: {{input}}'
providers: [echo]
defaultTest:
  assert:
    - { type: icontains, value: 'translate' }
    - { type: javascript, value: 'output.length < 100' }
    - { type: latency, threshold: 3000 }
tests:
  - vars: { language: [French, German], input: 'Hello {"a": 1}' }
    assert:
      - { type: contains-json }
      - { type: not-contains, value: Spanish }
  - vars: { language: Spanish, input: 'Good day {}' }
    assert:
      - { type: contains-json }
      - { type: not-contains, value: Spanish }
  - vars: { language: Italian, input: Cats }
    assert:
      - { type: equals, value: 'Translate to {{language}}: {{input}}' }
      - { type: regex, value: '^Translate to \\w+: [A-Z]' }
      - { type: starts-with, value: Translate }
      - { type: levenshtein, value: 'Translate to Italian: Cat' }
`;

it('runs a configuration of promptfoo, with the results that promptfoo has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'testbench-promptfoo-import-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'promptfooconfig.yaml');
  await writeFile(file, CONFIG);
  const { configs, findings } = await importPromptfooConfig(file, join(folder, 'testbench.yaml'));
  expect(configs.map(({ records }) => records)).toEqual([3, 1]);
  expect(findings.map(({ what }) => what)).toEqual([
    'the assertion "javascript"',
    'the assertion "latency"',
    'the assertion "levenshtein"',
  ]);
  const pluginsDir = join(shippedPlugins()[0]!.path, '..');
  const scores: Record<string, number | null>[] = [];
  for (const config of configs) {
    const read = await loadBenchmarkConfig(config.file);
    const summary = await runBenchmark({ ...read, pluginsDir, isolation: 'inline' });
    expect(summary.failedCases).toBe(0);
    scores.push(Object.fromEntries(summary.scores.map(({ evaluator, mean }) => [evaluator, mean])));
  }
  expect(scores).toEqual([
    { icontains: 1, 'contains-json': 1, 'not-contains': expect.closeTo(2 / 3, 12) },
    {
      icontains: 1,
      equals: 1,
      regex: 1,
      'starts-with': 1,
      levenshtein: expect.closeTo(25 / 26, 12),
    },
  ]);
});
