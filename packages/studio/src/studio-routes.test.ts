import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeRun, writeRun } from './__fixtures__/write-run.js';
import { startStudio, type Studio } from './start-studio.js';

let root: string;
let folder: string;
let studio: Studio;
let headers: Record<string, string>;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'testbench-studio-')));
  folder = join(root, 'project');
  mkdirSync(join(folder, 'data'), { recursive: true });
  await writeRun(join(folder, 'runs/before'), makeRun(20));
  const better = makeRun(20, (row) => ({ ...row, scores: { exact: 1, judge: 1 } }));
  await writeRun(join(folder, 'runs/after'), better);
  await writeRun(join(folder, 'runs/half'), makeRun(20), 5);
  const lines = Array.from(
    { length: 7 },
    (_, index) => `{"id":${index},"input":"Text ${index}"}\n`,
  );
  writeFileSync(join(folder, 'data/texts.jsonl'), lines.join(''));
  writeFileSync(join(folder, 'data/table.csv'), 'word,length\napple,5\n');
  writeFileSync(join(root, 'secret.jsonl'), '{"secret":1}\n');
  symlinkSync(join(root, 'secret.jsonl'), join(folder, 'data/link.jsonl'));
  spawnSync('mkfifo', [join(folder, 'data/fifo.jsonl')]);
  studio = await startStudio({ folder });
  const origin = `http://127.0.0.1:${studio.port}`;
  const { headers: given } = await fetch(studio.url, { redirect: 'manual' });
  headers = { origin, cookie: given.get('set-cookie')!.split(';')[0]! };
});

afterAll(async () => {
  await studio.close();
  rmSync(root, { recursive: true });
});

async function ask(path: string, body?: unknown): Promise<{ status: number; json: any }> {
  const response = await fetch(`${headers['origin']}${path}`, {
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, json: await response.json() };
}

/** Reads events until one of them matches. */
async function listen(
  path: string,
  isWanted: (event: any) => boolean,
  then?: () => void,
): Promise<any> {
  const leaving = new AbortController();
  const response = await fetch(`${headers['origin']}${path}`, { headers, signal: leaving.signal });
  let text = '';
  let isFirst = true;
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split('\n\n').filter((each) => each.startsWith('data: '));
    const event = events.length === 0 ? undefined : JSON.parse(events.at(-1)!.slice(6));
    if (event !== undefined && isFirst) then?.();
    if (event !== undefined) isFirst = false;
    if (event === undefined || !isWanted(event)) continue;
    leaving.abort();
    return event;
  }
  throw new Error('it ended');
}

describe('runs', () => {
  it('lists them with their scores, and says which are not complete', async () => {
    const { runs } = await listen('/api/runs', () => true);
    const found = Object.fromEntries(runs.map((run: any) => [run.path, run]));
    expect(Object.keys(found).sort()).toEqual(['runs/after', 'runs/before', 'runs/half']);
    expect(found['runs/before']).toMatchObject({
      isComplete: true,
      scores: [
        { evaluator: 'exact', mean: 0.5 },
        { evaluator: 'judge', mean: 1 },
      ],
    });
    expect(found['runs/half']).toMatchObject({
      isComplete: false,
      state: { records: 5, isRunning: false },
      totalRecords: 20,
    });
  });

  it('sees a run of another process move', async () => {
    const run = join(folder, 'runs/half');
    const event = await listen(
      '/api/run?run=runs/half',
      ({ isRunning, rowsUnderWay }) => isRunning && rowsUnderWay === 2,
      () => {
        // As left by a writer: a lock that names it, and rows under a temporary name.
        writeFileSync(join(run, 'lock'), JSON.stringify({ host: hostname(), pid: process.ppid }));
        appendFileSync(join(run, 'segments/.testbench-1.tmp'), '{}\n{}\n{"ind');
      },
    );
    expect(event).toMatchObject({ records: 5, totalRecords: 20, isComplete: false });
    rmSync(join(run, 'lock'));
    rmSync(join(run, 'segments/.testbench-1.tmp'));
  });

  it('counts the rows of a run once, however many look', async () => {
    const rows = join(folder, 'runs/half/segments/.testbench-2.tmp');
    writeFileSync(rows, '{}\n{}\n{}\n');
    const lists = await Promise.all(
      Array.from({ length: 3 }, () => listen('/api/runs', () => true)),
    );
    const counts = lists.map(
      ({ runs }) => runs.find(({ path }: any) => path === 'runs/half').state.rowsUnderWay,
    );
    expect(counts).toEqual([3, 3, 3]);
    rmSync(rows);
  });

  it('gives the report of one, with its rows in blocks', async () => {
    const { json } = await ask('/api/report?run=runs/before');
    expect(json.index.records.index).toHaveLength(20);
    const block = await fetch(`${headers['origin']}/api/report/block?key=${json.key}&block=0`, {
      headers,
    });
    expect(block.headers.get('content-type')).toBe('text/plain');
    expect((await block.text()).length).toBeGreaterThan(100);
  });

  it('compares two', async () => {
    const { json } = await ask('/api/report?run=runs/before&run=runs/after');
    const [comparison] = json.index.results.comparisons;
    expect(comparison.pairs[0].metrics[0]).toMatchObject({ difference: 0.5 });
  });

  it.each([
    ['../secret.jsonl', 'STUDIO_OUTSIDE_PROJECT'],
    ['/etc', 'STUDIO_OUTSIDE_PROJECT'],
    ['runs/none', 'STUDIO_NOT_FOUND'],
    ['data', 'BENCH_RUN_UNREADABLE'],
    ['runs/%00', 'STUDIO_BAD_REQUEST'],
  ])('refuses a run at %s', async (path, code) => {
    const { json } = await ask(`/api/report?run=${path}`);
    expect(json).toMatchObject({ error: { code } });
  });
});

describe('data sets', () => {
  it('lists files, and no links or pipes', async () => {
    const { json } = await ask('/api/datasets');
    expect(json.datasets.map(({ path }: any) => path)).toEqual([
      'data/table.csv',
      'data/texts.jsonl',
    ]);
  });

  it('gives records a page at a time', async () => {
    const first = await ask('/api/dataset?path=data/texts.jsonl&count=5');
    expect(first.json).toMatchObject({
      total: 7,
      format: 'jsonl',
      columns: ['id', 'input'],
      next: 5,
    });
    expect(first.json.rows[4]).toEqual({
      index: 4,
      place: 5,
      values: { id: '4', input: 'Text 4' },
    });
    const second = await ask('/api/dataset?path=data/texts.jsonl&count=5&from=5');
    expect(second.json.rows.map(({ index }: any) => index)).toEqual([5, 6]);
    expect(second.json.next).toBeUndefined();
  });

  it('finds records by words', async () => {
    const { json } = await ask('/api/dataset?path=data/texts.jsonl&q=TEXT+6');
    expect(json.rows.map(({ index }: any) => index)).toEqual([6]);
  });

  it.each([
    ['data/link.jsonl', 'STUDIO_OUTSIDE_PROJECT'],
    ['data/fifo.jsonl', 'STUDIO_NOT_FOUND'],
    ['data', 'STUDIO_NOT_FOUND'],
    ['data/../../secret.jsonl', 'STUDIO_OUTSIDE_PROJECT'],
    ['', 'STUDIO_BAD_REQUEST'],
  ])('refuses %s', async (path, code) => {
    const { json } = await ask(`/api/dataset?path=${path}`);
    expect(json).toMatchObject({ error: { code } });
  });
});

describe('labels', () => {
  it('keeps them next to the runs, with who and when, and says how far judges agree', async () => {
    const name = { prompt: 'p', provider: 'o', model: 'm', epoch: 1, who: 'ana' };
    for (const [index, label] of [0, 1, 0, 0].entries()) {
      const { status } = await ask('/api/labels', {
        run: 'runs/before',
        label: { id: `r${index}`, label, ...name },
      });
      expect(status).toBe(200);
    }
    const lines = readFileSync(join(folder, 'labels/before.jsonl'), 'utf8').trim().split('\n');
    expect(JSON.parse(lines[3]!)).toMatchObject({ id: 'r3', label: 0, who: 'ana' });
    expect(Date.parse(JSON.parse(lines[3]!).when)).toBeGreaterThan(0);
    const { json } = await ask('/api/agreement?run=runs/before');
    const [exact, judge] = json.calibration.judges;
    expect(exact).toMatchObject({ evaluator: 'exact', n: 4, observed: 0.75, kappa: 0.5 });
    expect(judge).toMatchObject({ evaluator: 'judge', n: 4, observed: 0.25, kappa: 0 });
  });

  it('loses none of many at once', async () => {
    const label = (id: number): object => ({
      run: 'runs/after',
      label: { id: `r${id}`, label: 1 },
    });
    await Promise.all(Array.from({ length: 4 }, (_, id) => ask('/api/labels', label(id))));
    const { json } = await ask('/api/labels?run=runs/after');
    expect(json.labels).toHaveLength(4);
  });

  it.each([
    ['no label', 'runs/before', {}, 'CONFIG_INVALID'],
    ['an unknown field', 'runs/before', { label: 1, more: 1 }, 'CONFIG_UNKNOWN_KEY'],
    ['what is no run', '../project/data', { label: 1 }, 'BENCH_RUN_UNREADABLE'],
    ['a long note', 'runs/before', { label: 1, note: 'x'.repeat(3000) }, 'STUDIO_TOO_LARGE'],
  ])('refuses %s', async (_title, run, fields, code) => {
    const { json } = await ask('/api/labels', { run, label: { id: 'r1', ...fields } });
    expect(json).toMatchObject({ error: { code } });
  });
});

describe('plugins', () => {
  it('adds up what they did in stored runs, by version', async () => {
    const { json } = await ask('/api/analytics');
    expect(json).toMatchObject({ runs: 3, problems: [] });
    expect(json.plugins[0]).toMatchObject({ version: '1.2.3', calls: 40, failedCalls: 0 });
    const names = json.plugins[0].sources.map(({ name }: any) => name);
    expect(names.sort()).toEqual(['after', 'before', 'half']);
  });

  it('shows none where none is installed, and asks no registry by itself', async () => {
    const { json } = await ask('/api/plugins');
    expect(json).toEqual({ plugins: [], problems: [], hasRegistries: false });
    expect((await ask('/api/plugins/offered', {})).json).toMatchObject({
      error: { code: 'STUDIO_NOT_FOUND' },
    });
  });
});
