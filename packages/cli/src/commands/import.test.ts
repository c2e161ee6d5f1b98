import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, ROOT, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const shared = join(process.env['TESTBENCH_SHARED'] ?? join(ROOT, '..', 'shared'), 'interop');

interface Call {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function call(cwd: string, ...args: readonly string[]): Promise<Call> {
  const captured = captureIo({ cwd });
  const code = await main(args, captured.io);
  return { code, stdout: captured.stdout(), stderr: captured.stderr() };
}

async function importOne(cwd: string, path: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await call(cwd, 'import', path, '--json', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { runs } = JSON.parse(stdout) as { runs: { path: string }[] };
  return runs[0]!.path;
}

describe.skipIf(!existsSync(shared))(
  'testbench import of real files (needs TESTBENCH_SHARED or ../shared)',
  () => {
    it.each([
      { path: 'inspect/pubmedqa_gpt4o_mini.json', metric: 'choice', id: '12377809' },
      { path: 'lm-eval', metric: 'exact_match', id: '0' },
      { path: 'helm', metric: 'exact_match', id: 'id147' },
    ])('makes a run of $path that other commands work on', async ({ path, metric, id }) => {
      const cwd = await temporaryFolder();
      const run = await importOne(cwd, join(shared, path));
      const shown = await call(cwd, 'summary', run);
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      expect(shown.stdout).toContain(metric);
      expect(await call(cwd, 'show', run, id)).toMatchObject({ code: 0, stderr: '' });
      expect(await call(cwd, 'failures', run)).toMatchObject({ code: 0, stderr: '' });
      const report = await call(cwd, 'report', run, '--format', 'md', '--output', 'report.md');
      expect(report.code).toBe(0);
      expect(await readFile(join(cwd, 'report.md'), 'utf8')).toContain(metric);

      for (const format of ['html', 'junit', 'csv', 'every-eval-ever']) {
        const output = `report.${format}`;
        const written = await call(cwd, 'report', run, '--format', format, '--output', output);
        expect({ format, code: written.code }).toEqual({ format, code: 0 });
      }
      const resumed = await call(cwd, 'resume', run);
      expect(resumed.stderr).toContain('it was imported');

      const scored = await call(
        cwd,
        'score',
        run,
        '--evaluator',
        examplePlugin('exact-match'),
        '--json',
      );
      expect(scored.code).toBe(0);
      const summary = JSON.parse(scored.stdout) as {
        run: string;
        evaluators: string[];
        failedCases: number;
      };
      expect(summary.evaluators).toEqual(expect.arrayContaining([metric, 'exact-match']));
      expect(summary.failedCases).toBe(0);
      const compared = await call(cwd, 'compare', run, summary.run, '--metric', metric);
      expect(compared).toMatchObject({ code: 0, stderr: '' });
    });

    it('says what it imported, and what the files say', async () => {
      const cwd = await temporaryFolder();
      const { code, stdout } = await call(cwd, 'import', join(shared, 'lm-eval'));
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^math_perturbed_full {2}RylanSchaeffer\/\S+ {2}10 records, 10 cases\n/,
      );
      expect(stdout).toContain('  exact_match  0.0000  n 10; the file says 0\n');
      expect(stdout).toContain('note the files say that there are 5000 samples, and have 10\n');
      expect(stdout).toMatch(/wrote runs\/math_perturbed_full-[0-9a-f]{12}\n$/);
    });

    it('exits with 1 where a file of a folder has no samples', async () => {
      const cwd = await temporaryFolder();
      const { code, stderr } = await call(cwd, 'import', join(shared, 'inspect'));
      expect(code).toBe(1);
      expect(stderr).toContain('IMPORT_NO_SAMPLES');
    });
  },
);

describe('testbench import', () => {
  const line = (quality: number): string =>
    JSON.stringify({
      doc_id: quality,
      target: 'a',
      arguments: [['?', {}]],
      resps: [['a']],
      filtered_resps: ['a'],
      filter: 'none',
      metrics: ['quality'],
      quality,
    });

  it('takes ranges of metrics', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'samples_judged.jsonl'), `${line(1)}\n${line(7)}\n`);
    const run = await importOne(cwd, 'samples_judged.jsonl', '--range', 'quality=1:10');
    const rows = await call(cwd, 'export', run, '--output', 'rows.jsonl');
    expect(rows.code).toBe(0);
    const [first, second] = (await readFile(join(cwd, 'rows.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as unknown);
    expect(first).toMatchObject({ scores: { quality: 0 } });
    expect(second).toMatchObject({
      scores: { quality: 2 / 3 },
      details: { quality: { metrics: { value: 7 } } },
    });
  });

  it('scores a run without scores', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'samples_judged.jsonl'), `${line(1)}\n${line(7)}\n`);
    const run = await importOne(cwd, 'samples_judged.jsonl');
    const scored = await call(
      cwd,
      'score',
      run,
      '--evaluator',
      examplePlugin('exact-match'),
      '--json',
    );
    expect(JSON.parse(scored.stdout)).toMatchObject({
      evaluators: ['exact-match'],
      scores: [{ mean: 1, n: 2 }],
    });
  });

  it.each([
    { args: ['--range', 'quality'], code: 2, says: 'expected name=low:high' },
    { args: ['--range', 'quality=3:1'], code: 2, says: 'expected name=low:high' },
    { args: ['--metric', 'none'], code: 1, says: 'which has: quality' },
    { args: ['--range', 'none=0:2'], code: 1, says: 'which has: quality' },
  ])('refuses $args', async ({ args, code, says }) => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'samples_judged.jsonl'), line(1));
    const found = await call(cwd, 'import', 'samples_judged.jsonl', ...args);
    expect(found.code).toBe(code);
    expect(found.stderr).toContain(says);
  });
});
