import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const RECORDS = [
  { id: 'one', input: '1+0', expected: '1', answers: { a: '1', b: '2' } },
  { id: 'two', input: '1+1', expected: '2', answers: { a: '2' } },
];

/** A folder with a run in which model b has no answer to the second record. */
async function finishedRun() {
  const cwd = await temporaryFolder();
  await writeFile(
    join(cwd, 'data.jsonl'),
    RECORDS.map((record) => JSON.stringify(record)).join('\n'),
  );
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: examplePlugin('replay'), models: ['a', 'b'] },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
    maxErrors: 1,
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  const run = async (...args: string[]): Promise<[code: number, out: string, err: string]> => {
    const { io, stdout, stderr } = captureIo({ cwd });
    const code = await main(args, io);
    return [code, stdout(), stderr()];
  };
  expect((await run('run', 'bench.json'))[0]).toBe(0);
  const [, listed] = await run('list', '--json');
  const [{ run: name }] = JSON.parse(listed) as [{ run: string }];
  return { cwd, run, folder: join('runs', name) };
}

describe('commands about runs', () => {
  it('list, show the state of and explain a run', async () => {
    const { run, folder } = await finishedRun();
    const [, list] = await run('list');
    expect(list).toMatch(
      /^run +records +state +written \(UTC\)\nsmall-[0-9a-f]{12} +2 of 2 +complete/,
    );
    const [, status] = await run('status', folder);
    expect(status).toMatch(/^small-[0-9a-f]{12}: complete\n/);
    expect(status).toContain(`hint: testbench failures ${folder} says why cases failed`);
    const [, failures] = await run('failures', folder);
    expect(failures).toMatch(/^CALL_INVALID_INPUT × 1 {2}.*\n {2}first: record two, b\n/);
    const [, json] = await run('failures', folder, '--json');
    expect(JSON.parse(json)).toMatchObject([{ code: 'CALL_INVALID_INPUT', count: 1 }]);
  });

  it('replay a run by one line, with all its models', async () => {
    const { cwd, run, folder } = await finishedRun();
    const again = {
      name: 'again',
      dataset: { path: 'data.jsonl' },
      provider: { plugin: 'replay', from: folder },
      evaluators: [{ plugin: examplePlugin('exact-match') }],
      maxErrors: 1,
    };
    await writeFile(join(cwd, 'again.json'), JSON.stringify(again));
    const [code, out, err] = await run('run', 'again.json', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { scores } = JSON.parse(out) as { scores: readonly { readonly model: string }[] };
    expect(scores.map(({ model }) => model)).toEqual(['a', 'b']);
  });

  it('show the result of a record', async () => {
    const { run, folder } = await finishedRun();
    const [code, out] = await run('show', folder, 'one', '--model', 'b');
    expect(code).toBe(0);
    expect(out).toContain('expected: 1\n');
    expect(out).toContain('output: 2\n');
    expect(out).toContain('exact-match: 0\n');
    const [, rows] = await run('show', folder, 'two', '--json');
    expect(JSON.parse(rows)).toMatchObject([
      { model: 'a', scores: { 'exact-match': 1 } },
      { model: 'b', failure: { code: 'CALL_INVALID_INPUT' } },
    ]);
    const [missing, , err] = await run('show', folder, 'three');
    expect([missing, err.split('\n')[0]]).toEqual([
      2,
      'error USAGE: the run has no matching row for record "three"',
    ]);
  });

  it('count and prune the cache of paid calls', async () => {
    const { cwd, run } = await finishedRun();
    await mkdir(join(cwd, 'cache'), { mode: 0o700 });
    const [, stats] = await run('cache', 'stats', '--cache-dir', 'cache', '--json');
    expect(JSON.parse(stats)).toMatchObject({ entries: 0, bytes: 0 });
    const [, pruned] = await run(
      'cache',
      'prune',
      '--cache-dir',
      'cache',
      '--older-than-days',
      '0',
    );
    expect(pruned).toBe('0 answers removed (0 B), 0 left (0 B)\n');
    expect((await run('cache', 'clear'))[0]).toBe(2);
  });

  it('go on with a run, and score its answers again', async () => {
    const { cwd, run, folder } = await finishedRun();
    const [resumed, out, err] = await run('resume', folder, '--json');
    expect(resumed).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ records: 2, failedCases: 1 });
    expect(err).toContain('1 case that lacks a score is run again');
    const evaluator = ['--evaluator', examplePlugin('token-f1')];
    const [scored, text] = await run('score', folder, ...evaluator, '--replace', '--json');
    expect(scored).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ evaluators: ['token-f1'], records: 2 });
    const [, listed] = await run('list', '--json');
    expect(JSON.parse(listed)).toHaveLength(2);
    expect((await run('score', folder))[2]).toMatch(
      /^error USAGE: expected either --evaluator or --config/,
    );
    await writeFile(join(cwd, 'data.jsonl'), '{"input":"x"}');
    const [changed, , why] = await run('resume', folder);
    expect([changed, why.split(':')[0]]).toEqual([1, 'error BENCH_PLAN_CHANGED']);
  });

  it('write the rows of a run into a file, and its summary next to them', async () => {
    const { cwd, run, folder } = await finishedRun();
    const write = async (format: string, output: string): Promise<[text: string, err: string]> => {
      const [code, , err] = await run('export', folder, '--format', format, '--output', output);
      expect(code).toBe(0);
      return [await readFile(join(cwd, output), 'utf8'), err];
    };
    const [csv, said] = await write('csv', 'rows.csv');
    expect(csv.split('\n')[1]).toMatch(/^0,one,default,/);
    expect(said).toBe('rows.csv: 4 rows, the summary in rows.summary.json\n');
    const summaryFile = JSON.parse(
      await readFile(join(cwd, 'rows.summary.json'), 'utf8'),
    ) as object;
    expect(summaryFile).toMatchObject({ plan: { name: 'small' }, summary: { records: 2 } });
    const [json, saidOfJson] = await write('json', 'all.json');
    expect(JSON.parse(json)).toMatchObject({ ...summaryFile, rows: [{}, {}, {}, {}] });
    expect(saidOfJson).toBe('all.json: 4 rows\n');
    expect((await write('jsonl', 'rows'))[0].trimEnd().split('\n')).toHaveLength(4);
    expect((await readdir(cwd)).filter((name) => name.includes('summary'))).toEqual([
      'rows.summary.json',
    ]);
    const [, , saidOfDevice] = await run('export', folder, '--output', '/dev/null');
    expect(saidOfDevice).toBe('/dev/null: 4 rows\n');
  });

  it('report a run in a form to read', async () => {
    const { cwd, run, folder } = await finishedRun();
    const [code, table, err] = await run('report', folder);
    expect([code, err]).toEqual([0, '']);
    expect(table).toMatch(/\na +exact-match +2 +100\.0 % /);
    const page = join(folder, 'report.html');
    expect(await run('report', folder, '--format', 'html')).toEqual([0, '', `${page}\n`]);
    expect(await readFile(join(cwd, page), 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    const [, markdown] = await run('report', folder, folder, '--format', 'md');
    expect(markdown).toContain('### `a`: what changed');
    await writeFile(
      join(cwd, 'mine.ts'),
      `export default (output: { write(text: string): void }) => ({
        specificationVersion: 'v1', name: 'mine',
        row: ({ id, model }: { id: string, model: string }) => output.write(id + model + ' '),
        end() {},
      });`,
    );
    const mine = await run('report', folder, '--reporter', 'mine.ts', '--output', 'mine.txt');
    expect(mine).toEqual([0, '', 'mine.txt\n']);
    expect(await readFile(join(cwd, 'mine.txt'), 'utf8')).toBe('onea oneb twoa twob ');
    expect((await run('report', folder, '--format', 'md', '--reporter', 'mine.ts'))[0]).toBe(2);
  });

  it('tell of a folder without runs, and of one that is none', async () => {
    const { cwd, run } = await finishedRun();
    await mkdir(join(cwd, 'empty'));
    expect(await run('list', 'empty')).toEqual([0, 'No runs in empty\n', '']);
    const [code, , err] = await run('status', 'empty');
    expect(code).toBe(1);
    expect(err).toMatch(/^error BENCH_RUN_UNREADABLE: /);
  });
});
