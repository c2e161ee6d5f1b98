import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { type BenchmarkSummary, listRuns } from '@testbench/bench/results';

import { captureIo, type CapturedIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, ROOT, temporaryFolder } from '../__fixtures__/paths.js';
import { readRows } from '../__fixtures__/run-bench.js';
import type { CliIo } from '../cli-io.js';
import { main } from '../main.js';

const EXAMPLE = join(ROOT, 'examples/arithmetic');

interface Run extends CapturedIo {
  readonly code: number;
  readonly folder: string;
}

/** Runs a benchmark of real plugins in its own folder. */
async function runBench(
  change: object,
  records: readonly string[],
  args: readonly string[] = [],
  io: Partial<CliIo> = {},
  prepare: (folder: string) => Promise<void> = async () => {},
): Promise<Run> {
  const folder = await temporaryFolder();
  await prepare(folder);
  await writeFile(join(folder, 'data.jsonl'), records.join('\n'));
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: examplePlugin('replay'), models: ['a', 'b'] },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
    outputDir: 'out',
    ...change,
  };
  await writeFile(join(folder, 'bench.json'), JSON.stringify(config));
  const captured = captureIo({ cwd: folder, ...io });
  const code = await main(['run', 'bench.json', ...args], captured.io);
  return { ...captured, code, folder };
}

const record = (n: number, a: string, b?: string): string =>
  JSON.stringify({
    input: `q${n}`,
    expected: `${n}`,
    answers: { a, ...(b === undefined ? {} : { b }) },
  });

describe('testbench run', () => {
  it('prints a table of the shipped example, and says where the results lie', async () => {
    const cwd = await temporaryFolder();
    const { io, stdout, stderr } = captureIo({ cwd });
    const config = join(EXAMPLE, 'testbench.yaml');
    expect(await main(['run', config, '--output-dir', 'here'], io)).toBe(0);
    expect(stderr()).toBe('');
    const lines = stdout().split('\n');
    expect(lines[0]).toMatch(/^arithmetic · 300 records · 3 models · 4 evaluators · .*s$/);
    expect(lines[2]).toBe('model         evaluator        n    mean  95 % interval  errors');
    expect(lines[3]).toBe('abacus-large  numeric-match  300  89.3 %  85.3 – 92.3 %       0');
    expect(lines[5]).toBe('              token-f1       300   0.800  0.764 – 0.836       0');
    expect(lines[7]).toBe('abacus-small  numeric-match  300  60.0 %  54.4 – 65.4 %       0');
    expect(lines[11]).toBe('quick-guess   numeric-match  300  37.0 %  31.7 – 42.6 %       0');
    const [run] = await readdir(join(cwd, 'here'));
    expect(run).toMatch(/^arithmetic-[0-9a-f]{12}$/);
    expect(stdout()).toContain(`Run: ${join('here', run!)}\n`);
  });

  it('ships the data that its script makes', async () => {
    const made = join(await temporaryFolder(), 'data.jsonl');
    await promisify(execFile)(process.execPath, [join(EXAMPLE, 'make-data.mjs'), made]);
    expect(await readFile(made, 'utf8')).toBe(await readFile(join(EXAMPLE, 'data.jsonl'), 'utf8'));
  });

  it('reads CSV', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'data.csv'), 'q,right,a\n1+1,2,2\n"2,5*2",5,4\n');
    const { code, stdout } = await runBench(
      {
        dataset: { path: join(folder, 'data.csv'), fields: { input: 'q', expected: 'right' } },
        provider: { plugin: examplePlugin('replay'), config: { field: '{model}' }, models: ['a'] },
      },
      [],
    );
    expect(code).toBe(0);
    expect(stdout()).toContain('a      exact-match  2  50.0 %');
  });

  it('prints the summary as JSON instead of the table', async () => {
    const records = [record(1, '1', '1'), record(2, '2', 'x'), record(3, '3', '3')];
    const toStdout = await runBench({}, records, ['--json', '--limit', '2']);
    expect(toStdout.code).toBe(0);
    const summary = JSON.parse(toStdout.stdout()) as BenchmarkSummary;
    expect(summary.records).toBe(2);
    expect(summary.scores.map(({ model, mean }) => [model, mean])).toEqual([
      ['a', 1],
      ['b', 0.5],
    ]);
    const rest = await runBench({}, records, ['--json', '--offset', '1']);
    const { scores } = JSON.parse(rest.stdout()) as BenchmarkSummary;
    expect(scores[1]).toMatchObject({ n: 2, mean: 0.5 });
  });

  it('counts failed calls and shows the first of each kind', async () => {
    const { code, stdout, folder } = await runBench({}, [record(1, '1', '1'), record(2, '2')]);
    // A case without a score is one too many, unless "maxErrors" says otherwise.
    expect(code).toBe(1);
    expect(stdout()).toMatch(/^b {6}exact-match {2}1 .* 1$/m);
    expect(stdout()).toContain('CALL_INVALID_INPUT × 1  b / exact-match, first on line 2: ');
    const rows = await readRows((await listRuns(join(folder, 'out')))[0]);
    expect(rows[3]).toMatchObject({
      index: 1,
      model: 'b',
      failure: { stage: 'provider', code: 'CALL_INVALID_INPUT' },
    });
  });

  it('fails if an evaluator failed on every record', async () => {
    const { code, stdout } = await runBench({}, [record(1, '1')]);
    expect(code).toBe(1);
    expect(stdout()).toContain('CALL_INVALID_INPUT × 1');
  });

  it('stops at the first failed call with --fail-fast', async () => {
    const { code, stderr, folder } = await runBench({}, [record(1, '1')], ['--fail-fast']);
    expect(code).toBe(1);
    expect(stderr()).toMatch(/^error BENCH_CALL_FAILED: .*CALL_INVALID_INPUT/);
    expect(await readRows((await listRuns(join(folder, 'out')))[0])).toEqual([]);
  });

  it('lets a transform and a filter work on real answers', async () => {
    const { code, stdout, folder } = await runBench(
      {
        transforms: [{ plugin: examplePlugin('answer-extractor') }],
        filter: {
          plugin: examplePlugin('threshold'),
          config: { field: 'scores.exact-match', min: 0.5 },
        },
      },
      [record(1, 'So.\nA: 1', 'A: 2'), record(2, 'A: 2', 'A: 2')],
    );
    expect(code).toBe(0);
    expect(stdout()).toMatch(/^b {6}exact-match {2}1 {2}100.0 %.* {7}0 {8}1$/m);
    const rows = await readRows((await listRuns(join(folder, 'out')))[0]);
    expect(rows[0]).toMatchObject({
      answer: 'So.\nA: 1',
      output: '1',
      scores: { 'exact-match': 1 },
    });
    expect(rows[1]?.dropped?.reason).toBe('0 is less than 0.5');
  });

  it.each([
    {
      name: 'a bad line',
      records: [record(1, '1', '1'), '{"input":'],
      code: 'BENCH_DATASET_INVALID',
      says: 'line 2: expected a JSON object',
    },
    {
      name: 'an unknown key',
      change: { evaluator: [] },
      records: [],
      code: 'CONFIG_UNKNOWN_KEY',
      says: 'did you mean "evaluators"?',
    },
    {
      name: 'a missing plugin',
      change: { filter: { plugin: 'none.wasm' } },
      records: [record(1, '1', '1')],
      code: 'LOAD_NOT_FOUND',
      says: 'none.wasm',
    },
    {
      name: 'a plugin of another type',
      change: { filter: { plugin: examplePlugin('replay') } },
      records: [record(1, '1', '1')],
      code: 'CONFIG_INVALID',
      says: 'expected plugin type "filter", found "provider"',
    },
    {
      name: 'a wrong plugin configuration',
      change: {
        evaluators: [{ plugin: examplePlugin('numeric-match'), config: { compare: 'size' } }],
      },
      records: [record(1, '1', '1')],
      code: 'LOAD_INIT_FAILED',
      says: 'compare',
    },
  ])(
    'fails on $name with one line, and leaves nothing half-written',
    async ({ change = {}, records, code, says }) => {
      const run = await runBench(change, records);
      expect(run.code).toBe(1);
      expect(run.stdout()).toBe('');
      expect(run.stderr().startsWith(`error ${code}: `)).toBe(true);
      expect(run.stderr().split('\n')[0]).toContain(says);
      const out = join(run.folder, 'out');
      expect(await readdir(out).catch(() => [])).toEqual([]);
    },
  );

  it('ends with 130 when interrupted, and leaves nothing half-written', async () => {
    const signal = AbortSignal.abort();
    const run = await runBench({}, [record(1, '1', '1')], [], { signal });
    expect(run.code).toBe(130);
    expect(run.stderr()).toMatch(/^error BENCH_CANCELLED: /);
    expect(await readRows((await listRuns(join(run.folder, 'out')))[0])).toEqual([]);
  });

  it('shows progress on a terminal only, and leaves no trace of it', async () => {
    const { io, stdout, stderr } = captureIo({ isTTY: true, cwd: await temporaryFolder() });
    expect(await main(['run', join(EXAMPLE, 'testbench.yaml'), '--output-dir', 'x'], io)).toBe(0);
    expect(stderr()).toContain('━');
    expect(stderr().endsWith('\r\u001B[K')).toBe(true);
    expect(stdout()).toContain('\u001B[1m89.3 %\u001B[22m');
  });
});
