import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { digestOf } from '@testbench/core/files';
import type { CallAttachment } from '@testbench/types/abi';
import { describe, expect, it } from 'vitest';

import { ScriptedSystem, type Script } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import type { DatasetConfig } from '../config/dataset-config.js';
import { parseDatasetConfig } from '../config/parse-dataset-config.js';
import { openDataset } from '../dataset/open-dataset.js';
import type { ResultRow } from '../results/result-row.js';
import { planRun } from '../run/plan-run.js';
import { runPlan } from '../run/run-plan.js';
import { scoreRun } from '../run/score-run.js';
import { readKeptImage } from './kept-images.js';
import { MAX_ATTACHMENT_BYTES } from './limits.js';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

interface Described {
  readonly field: string;
  readonly media_type: string;
  readonly bytes: number;
  readonly digest: string;
}
interface Seen {
  readonly data: { readonly attachments?: readonly Described[]; readonly record: unknown };
  readonly files: readonly CallAttachment[];
}

interface Setting {
  readonly folder: string;
  readonly config: BenchmarkConfig;
  readonly rows: ResultRow[];
  readonly seen: { readonly provider: Seen[]; readonly evaluator: Seen[]; readonly blind: Seen[] };
  readonly run: () => Promise<ResultRow[]>;
}

async function setUp(
  records: readonly object[],
  dataset: Partial<DatasetConfig> = {},
  change: Partial<BenchmarkConfig> = {},
): Promise<Setting> {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, 'data.jsonl'),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
  await writeFile(join(folder, 'a.png'), PIXEL);
  const seen: Setting['seen'] = { provider: [], evaluator: [], blind: [] };
  const note =
    (list: Seen[], result: object): Script =>
    (data: Seen['data'], files = []) => {
      list.push({ data, files });
      return result;
    };
  const rows: ResultRow[] = [];
  const config: BenchmarkConfig = {
    name: 'files',
    dataset: { path: join(folder, 'data.jsonl'), attachments: ['image'], ...dataset },
    provider: { plugin: '/see.wasm', models: ['m'] },
    evaluators: [{ plugin: '/look.wasm' }, { plugin: '/blind.wasm' }],
    outputDir: join(folder, 'out'),
    ...change,
  };
  const options = {
    system: new ScriptedSystem({
      see: ['provider', note(seen.provider, { text: 'a dot', model: 'm' }), 'files'],
      look: ['evaluator', note(seen.evaluator, { score: 1 }), 'files'],
      blind: ['evaluator', note(seen.blind, { score: 0.5 })],
      deaf: ['provider', note(seen.provider, { text: '', model: 'm' })],
    }),
    onRow: (row: ResultRow) => void rows.push(row),
  };
  const run = async (): Promise<ResultRow[]> => {
    rows.length = 0;
    await runPlan(config, options);
    return [...rows];
  };
  return { folder, config, rows, seen, run };
}

const plugins = (): ScriptedSystem =>
  new ScriptedSystem({
    see: ['provider', () => ({ text: 'x', model: 'm' }), 'files'],
    look: ['evaluator', () => ({ score: 1 }), 'files'],
    blind: ['evaluator', () => ({ score: 1 })],
  });

const FACTS = {
  field: 'image',
  media_type: 'image/png',
  bytes: PIXEL.length,
  digest: digestOf(PIXEL),
};
const codes = (rows: readonly ResultRow[]): unknown[] =>
  rows.map(({ failure }) => failure?.code.replace('BENCH_ATTACHMENT_', ''));

describe('attachments of a run', () => {
  it('reach the provider and the evaluators that declare the capability, and no other', async () => {
    const { run, seen, folder } = await setUp([{ input: 'what?', image: 'a.png' }]);
    const [row] = await run();
    expect(row).toMatchObject({
      score: 0.75,
      attachments: [
        { field: 'image', mediaType: 'image/png', bytes: PIXEL.length, digest: digestOf(PIXEL) },
      ],
    });
    for (const list of [seen.provider, seen.evaluator]) {
      expect(list).toHaveLength(1);
      expect(list[0]!.data.attachments).toEqual([FACTS]);
      expect(list[0]!.files).toEqual([{ mediaType: 'image/png', bytes: PIXEL }]);
    }
    expect(seen.blind[0]!.data).not.toHaveProperty('attachments');
    expect(seen.blind[0]!.files).toEqual([]);
    // Kept once for the report.
    const [name = ''] = await readdir(join(folder, 'out'));
    const kept = await readKeptImage(join(folder, 'out', name), digestOf(PIXEL));
    expect(kept?.mediaType).toBe('image/png');
  });

  it('come from data URLs, objects with bytes, base64, texts and lists, and never as base64 into a record', async () => {
    const base64 = PIXEL.toString('base64');
    const { run, seen } = await setUp(
      [
        {
          input: 'what?',
          image: [`data:image/png;base64,${base64}`, { bytes: base64, path: 'x.png' }, 'a.png'],
          deep: { raw: base64 },
          said: 'the cat sat',
        },
      ],
      {
        attachments: [
          'image',
          { field: 'deep.raw', encoding: 'base64', mediaType: 'image/png' },
          { field: 'said', encoding: 'text', send: false },
        ],
      },
    );
    expect(codes(await run())).toEqual([undefined]);
    expect(seen.provider[0]!.data.attachments?.map(({ field }) => field)).toEqual([
      'image.0',
      'image.1',
      'image.2',
      'deep.raw',
    ]);
    expect(seen.evaluator[0]!.data.attachments?.at(-1)).toMatchObject({
      field: 'said',
      media_type: 'text/plain',
      bytes: 11,
    });
    expect(JSON.stringify(seen)).not.toContain(base64);
    expect(seen.blind[0]!.data.record).toEqual({
      input: 'what?',
      image: '(attachment image)',
      deep: { raw: '(attachment deep.raw)' },
      said: '(attachment said)',
    });
  });

  it('fail their record alone, with its id and the reason', async () => {
    const base64 = PIXEL.toString('base64');
    const cases: readonly (readonly [image: unknown, code: string])[] = [
      ['none.png', 'UNREADABLE'],
      ['../data.jsonl', 'UNREADABLE'],
      ['/etc/passwd', 'UNREADABLE'],
      ['sub/../../x', 'UNREADABLE'],
      ['..\\x', 'UNREADABLE'],
      ['https://example.org/a.png', 'UNREADABLE'],
      ['folder', 'UNREADABLE'],
      ['pipe', 'UNREADABLE'],
      ['way-out.png', 'UNREADABLE'],
      ['way/passwd', 'UNREADABLE'],
      ['twice.png', 'UNREADABLE'],
      ['a.png\0', 'UNREADABLE'],
      ['picture.png', 'INVALID'],
      ['empty.png', 'INVALID'],
      [`data:image/jpeg;base64,${base64}`, 'INVALID'],
      ['data:image/png;base64,###', 'INVALID'],
      ['data:none', 'INVALID'],
      [7, 'INVALID'],
      [{ other: 1 }, 'INVALID'],
      [Array.from({ length: 10_000 }, () => 'a.png'), 'LIMIT'],
      ['huge.bin', 'LIMIT'],
    ];
    const records = [
      ...cases.map(([image], index) => ({ id: `r${index}`, input: 'what?', image })),
      { id: 'good', input: 'what?', image: 'inner.png' },
      { id: 'none', input: 'what?' },
    ];
    const { run, folder, seen } = await setUp(records);
    await mkdir(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await symlink('/etc/hostname', join(folder, 'way-out.png'));
    await symlink('/etc', join(folder, 'way'));
    await symlink('a.png', join(folder, 'inner.png'));
    await writeFile(join(folder, 'once.png'), PIXEL);
    await link(join(folder, 'once.png'), join(folder, 'twice.png'));
    await writeFile(join(folder, 'picture.png'), JPEG);
    await writeFile(join(folder, 'empty.png'), '');
    await writeFile(join(folder, 'huge.bin'), Buffer.alloc(MAX_ATTACHMENT_BYTES + 1));
    const rows = await run();
    expect(codes(rows)).toEqual([...cases.map(([, code]) => code), undefined, undefined]);
    expect(rows[0]!.failure).toMatchObject({
      stage: 'attachments',
      message: 'Cannot use attachment "image" of record "r0": the file does not exist',
    });
    expect(seen.provider).toHaveLength(2);
  });

  it('fail with a code of their own if a file changes after the plan was made', async () => {
    const { folder, config } = await setUp([
      { id: 'same', input: '1', image: 'a.png' },
      { id: 'other', input: '2', image: 'b.png' },
      { id: 'gone', input: '3', image: 'c.png' },
      { id: 'larger', input: '4', image: 'd.png' },
      { id: 'late', input: '5', image: 'e.png' },
    ]);
    for (const name of ['b.png', 'c.png', 'd.png']) await writeFile(join(folder, name), PIXEL);
    await using dataset = await openDataset(parseDatasetConfig(config.dataset));
    expect(dataset.attachments).toMatchObject({ files: 4, failed: 1, bytes: 4 * PIXEL.length });
    await writeFile(join(folder, 'b.png'), PIXEL.with(PIXEL.length - 1, 0));
    await rm(join(folder, 'c.png'));
    await writeFile(join(folder, 'd.png'), Buffer.concat([PIXEL, PIXEL]));
    await writeFile(join(folder, 'e.png'), PIXEL);
    const found: unknown[] = [];
    for await (const { id, attachments } of dataset.records()) {
      await attachments?.use(async (outcome) => {
        found.push([id, 'error' in outcome ? outcome.error.code : outcome.attachments.length]);
      });
    }
    const changed = 'BENCH_ATTACHMENT_CHANGED';
    expect(found).toEqual([
      ['same', 1],
      ['other', changed],
      ['gone', changed],
      ['larger', changed],
      ['late', changed],
    ]);
    const before = await planRun(config, { system: plugins() });
    await writeFile(join(folder, 'b.png'), PIXEL);
    expect((await planRun(config, { system: plugins() })).digest).not.toBe(before.digest);
  });

  it('go into the plan, so that a run is continued only with the same files, and scored again only with them', async () => {
    const { run, folder, seen } = await setUp([{ input: '1', image: 'a.png' }]);
    await run();
    await run();
    // The second run finds the first one complete.
    expect(seen.provider).toHaveLength(1);
    const [name = ''] = await readdir(join(folder, 'out'));
    const system = new ScriptedSystem({ again: ['evaluator', () => ({ score: 0 }), 'files'] });
    const scoring = { evaluators: [{ plugin: '/again.wasm' }] };
    await scoreRun(join(folder, 'out', name), scoring, { system });
    await writeFile(join(folder, 'a.png'), Buffer.concat([PIXEL, Buffer.from([1])]));
    await expect(
      scoreRun(
        join(folder, 'out', name),
        { evaluators: [{ plugin: '/again.wasm' }], mode: 'replace' },
        { system },
      ),
    ).rejects.toMatchObject({ code: 'BENCH_PLAN_CHANGED' });
    await run();
    expect(seen.provider).toHaveLength(2);
  });

  it('are not sent by a provider that does not declare the capability', async () => {
    const { run } = await setUp(
      [{ input: '1', image: 'a.png' }],
      {},
      { provider: { plugin: '/deaf.wasm', models: ['m'] } },
    );
    await expect(run()).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'providers[0]' });
    const unsent = await setUp(
      [{ input: '1', image: 'a.png' }],
      { attachments: [{ field: 'image', send: false }] },
      { provider: { plugin: '/deaf.wasm', models: ['m'] } },
    );
    expect(codes(await unsent.run())).toEqual([undefined]);
    expect(unsent.seen.provider[0]!.files).toEqual([]);
  });
});
