import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { failCall, type Script, ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { attestRun } from '../attest/attest-run.js';
import { describeClaim } from '../attest/describe-run.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { BenchError } from '../errors.js';
import type { BenchmarkSummary } from '../results/benchmark-summary.js';
import { readRun } from '../results/read-run.js';
import { resumeRun } from '../run/resume-run.js';
import type { RunEvent } from '../run/run-hooks.js';
import type { RunOptions } from '../run/run-options.js';
import { runPlan, type RunResult } from '../run/run-plan.js';
import { mergeShards } from './merge-shards.js';
import { readShardRun } from './read-shard-run.js';
import { withShardRunner } from './shard-runner.js';

const RECORDS = 23;

interface Asked {
  readonly model: string;
  readonly prompt: string;
}

const scripts = {
  echo: [
    'provider',
    (({ model, prompt }: Asked) =>
      prompt.endsWith('7')
        ? failCall('CALL_TRAPPED')
        : { text: `${model} says ${prompt}`, model }) as Script,
  ],
  long: [
    'evaluator',
    (({ output }: { output: string }) => ({
      score: (output.length % 7) / 7,
      metrics: { characters: output.length / 3 },
    })) as Script,
  ],
  // Answers a record and a set with a mean that has no short form.
  sums: [
    'evaluator',
    ((data: { output?: string; aggregate?: { x: number }; n?: number }) =>
      data.aggregate === undefined
        ? { score: 0.5, metrics: { x: data.output!.length / 7 } }
        : { score: Math.min(1, data.aggregate.x / data.n! / 100), metrics: {} }) as Script,
    'sums',
  ],
  drop: [
    'filter',
    (({ items }: { items: readonly { index: number; model: string }[] }) => ({
      items: items.filter(({ index, model }) => index % 5 !== 0 || model === 'a'),
      dropped: items.flatMap(({ index, model }, at) =>
        index % 5 === 0 && model !== 'a' ? [{ index: at, reason: 'fifth' }] : [],
      ),
    })) as Script,
  ],
} as const;

interface Setting {
  readonly folder: string;
  readonly config: BenchmarkConfig;
  readonly options: RunOptions;
}

async function setUp(change: Partial<BenchmarkConfig> = {}, given?: string): Promise<Setting> {
  const folder = given ?? (await temporaryFolder());
  const lines = Array.from({ length: RECORDS }, (_, n) =>
    JSON.stringify({ input: `q${n}`, expected: `${n}`, topic: `t${n % 3}` }),
  );
  await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
  return {
    folder,
    config: {
      name: 'cut',
      dataset: { path: join(folder, 'data.jsonl') },
      provider: { plugin: '/echo.wasm', models: ['a', 'b'] },
      evaluators: [{ plugin: '/long.wasm' }, { plugin: '/sums.wasm' }],
      outputDir: join(folder, 'whole'),
      ...change,
    },
    options: { system: new ScriptedSystem(scripts) },
  };
}

async function runShards({ folder, config, options }: Setting, of: number): Promise<string[]> {
  const folders: string[] = [];
  // In reverse order, since no shard may depend on another.
  for (let index = of; index >= 1; index -= 1) {
    const outputDir = join(folder, `machine-${index}`);
    const { summary } = await runPlan(
      { ...config, outputDir },
      { ...options, shard: { index, of } },
    );
    folders.push(summary.run!);
  }
  return folders;
}

async function bytesOf({ summary }: RunResult): Promise<string> {
  const { segments } = await readRun(summary.run!);
  const texts = segments.map(({ from, to }) =>
    readFile(join(summary.run!, 'segments', `${from}-${to}.jsonl`), 'utf8'),
  );
  return (await Promise.all(texts)).join('');
}

/** The part of a summary that depends on neither clocks nor folders. */
const lasting = ({ measured: _m, run: _r, ...rest }: BenchmarkSummary): string =>
  JSON.stringify(rest);

const codeOf = async (action: Promise<unknown>): Promise<unknown> =>
  await action.then(
    () => 'nothing was thrown',
    (error: unknown) => (error instanceof BenchError ? error.code : error),
  );

describe('mergeShards()', () => {
  it.each<[string, Partial<BenchmarkConfig>, number]>([
    ['two models and sums', {}, 3],
    ['epochs', { epochs: { count: 3, reducer: 'median' } }, 4],
    ['groups', { dataset: { path: '', fields: { group: 'topic' } } }, 5],
    [
      'a sample that is shuffled',
      { dataset: { path: '', sample: { n: 11, seed: 3 }, shuffle: { seed: 5 } } },
      2,
    ],
    ['an offset and a limit', { dataset: { path: '', offset: 3, limit: 9 } }, 2],
    ['a filter', { filters: [{ plugin: '/drop.wasm' }] }, 3],
    ['prompts', { prompts: ['{{input}}', 'Answer: {{input}}'] as never }, 2],
    ['more shards than records', { dataset: { path: '', limit: 2 } }, 4],
    ['one shard', {}, 1],
  ])('gives byte for byte what one machine gives: %s', async (_, change, of) => {
    const setting = await setUp(change);
    const { folder, options } = setting;
    const config =
      change.dataset === undefined
        ? setting.config
        : { ...setting.config, dataset: { ...change.dataset, path: join(folder, 'data.jsonl') } };
    const whole = await runPlan(config, options);
    const shards = await runShards({ ...setting, config }, of);
    const merged = await mergeShards(shards, { ...options, outputDir: join(folder, 'merged') });
    expect(merged.plan.digest).toBe(whole.plan.digest);
    expect(await bytesOf(merged)).toBe(await bytesOf(whole));
    expect(lasting(merged.summary)).toBe(lasting(whole.summary));
    expect(merged.summary.sets?.[0]?.failure).toBeUndefined();
    const claims = [whole, merged].map(
      async ({ summary }) => await describeClaim(await readRun(summary.run!)),
    );
    const [one, other] = await Promise.all(claims);
    expect(other).toEqual(one);
    // Repeated, as after a kill: nothing changes.
    const again = await mergeShards(shards, { ...options, outputDir: join(folder, 'merged') });
    expect(lasting(again.summary)).toBe(lasting(merged.summary));
  });

  it('resumes a shard that lacks records, and refuses to sign one', async () => {
    const setting = await setUp();
    const { config, options } = setting;
    const stop = new AbortController();
    const shard = { index: 2, of: 2 };
    let rows = 0;
    const onRow = (): void => {
      rows += 1;
      if (rows === 8) stop.abort();
    };
    const running = runPlan(config, { ...options, shard, onRow, signal: stop.signal });
    expect(await codeOf(running)).toBe('BENCH_CANCELLED');
    const [name] = await readdir(config.outputDir!);
    const part = join(config.outputDir!, name!);
    expect(await readShardRun(part)).toEqual({ index: 2, of: 2, from: 11, to: 23 });
    const first = (await runPlan(config, { ...options, shard: { index: 1, of: 2 } })).summary.run!;
    expect(await codeOf(mergeShards([first, part], options))).toBe('BENCH_SHARDS_MISSING');
    const { summary } = await resumeRun(part, options);
    expect([summary.run, summary.records]).toEqual([part, 12]);
    expect(
      await codeOf(attestRun(part, { sign: () => Promise.reject(new Error('not asked')) })),
    ).toBe('BENCH_PLAN_CHANGED');
    const merged = await mergeShards([part, first], options);
    expect(merged.summary.records).toBe(RECORDS);
  });

  describe('refuses', () => {
    let setting: Setting;
    let shards: string[];
    beforeAll(async () => {
      setting = await setUp({}, await mkdtemp(join(tmpdir(), 'testbench-shards-')));
      shards = await runShards(setting, 3);
      return async () => await rm(setting.folder, { recursive: true });
    });
    const merge = async (folders: readonly string[]): Promise<unknown> =>
      await codeOf(
        mergeShards(folders, {
          ...setting.options,
          outputDir: join(await temporaryFolder(), 'merged'),
        }),
      );
    /** A copy of the first shard whose `shard.json` says something else. */
    const forged = async (change: object): Promise<string> => {
      const copy = join(await temporaryFolder(), shards[0]!.replace(/.*\//, ''));
      await cp(shards[0]!, copy, { recursive: true });
      const file = join(copy, 'shard.json');
      const document = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...document, ...change }));
      return copy;
    };

    it('none, or one that is not there', async () => {
      expect(await merge([])).toBe('BENCH_SHARDS_MISSING');
      expect(await merge(shards.slice(1))).toBe('BENCH_SHARDS_MISSING');
    });

    it('one that is there twice, also as a copy', async () => {
      expect(await merge([...shards, shards[1]!])).toBe('BENCH_SHARDS_DOUBLED');
      expect(await merge([...shards, await forged({})])).toBe('BENCH_SHARDS_DOUBLED');
    });

    it('one of another plan, and one that was cut differently', async () => {
      const other = await runPlan(
        { ...setting.config, seed: 8, outputDir: join(setting.folder, 'other') },
        { ...setting.options, shard: { index: 3, of: 3 } },
      );
      const others = [other.summary.run!, ...shards.slice(1)];
      expect(await merge(others)).toBe('BENCH_SHARDS_MISMATCHED');
      const halves = await runShards(setting, 2);
      expect(await merge([...shards.slice(1), halves[0]!])).toBe('BENCH_SHARDS_MISMATCHED');
    });

    it.each([
      ['of another version of the metering', { rewrite: 1 }, 'BENCH_SHARDS_MISMATCHED'],
      ['that says another plan', { plan: `sha256:${'0'.repeat(64)}` }, 'BENCH_SHARDS_MISMATCHED'],
      ['that says other records', { from: 0 }, 'BENCH_SHARDS_MISMATCHED'],
      ['that says an index beyond the last', { index: 4 }, 'BENCH_RUN_DAMAGED'],
      ['with a field that nobody knows', { more: 1 }, 'BENCH_RUN_DAMAGED'],
    ])('one %s', async (_, change, code) => {
      expect(await merge([await forged(change), ...shards.slice(1)])).toBe(code);
    });

    it('a whole run, and a run with other rows in its place', async () => {
      const { config, options, folder } = setting;
      const whole = await runPlan(config, options);
      expect(await merge([whole.summary.run!])).toBe('BENCH_SHARDS_MISMATCHED');
      const into = mergeShards(shards, { ...options, outputDir: join(folder, 'whole') });
      expect(await codeOf(into)).toBe('BENCH_SHARDS_DOUBLED');
    });

    it('rows that are not those of the plan, though their digest is right', async () => {
      const copy = await forged({});
      const [name] = await readdir(join(copy, 'segments'));
      const file = join(copy, 'segments', name!);
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      const text = `${[lines[1]!, lines[0]!, ...lines.slice(2)].join('\n')}\n`;
      await writeFile(file, text);
      expect(await merge([copy, ...shards.slice(1)])).toBe('BENCH_RUN_DAMAGED');
      const { createHash } = await import('node:crypto');
      const manifest = JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8')) as {
        segments: { digest: string }[];
      };
      manifest.segments[0]!.digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      await writeFile(join(copy, 'manifest.json'), JSON.stringify(manifest));
      expect(await merge([copy, ...shards.slice(1)])).toBe('BENCH_RUN_DAMAGED');
    });
  });
});

describe('runPlan() with a shard', () => {
  it('writes no summary of the whole, gives its share of the budgets, and tells what happens', async () => {
    const setting = await setUp({ budgets: { tokens: 1000, judge: { money: 3 } } });
    const events: RunEvent[] = [];
    const { summary } = await runPlan(setting.config, {
      ...setting.options,
      shard: { index: 1, of: 4 },
      hooks: { onEvent: (event) => void events.push(event) },
    });
    expect(summary).toMatchObject({ records: 5 });
    expect(summary.sets).toBeUndefined();
    expect((await readRun(summary.run!)).summary).toBeUndefined();
    const types = events.map(({ type }) => type);
    expect(types[0]).toBe('shard-start');
    expect(types.filter((type) => type === 'record-end')).toHaveLength(5);
    expect(types.filter((type) => type === 'stage-end')).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ type: 'shard-end', from: 0, to: 5, rows: 10 });
  });

  it.each([{ index: 0, of: 2 }, { index: 3, of: 2 }, { index: 1.5, of: 2 }, { index: 1 }, '1/2'])(
    'refuses the shard %j',
    async (shard) => {
      const { config, options } = await setUp();
      await expect(runPlan(config, { ...options, shard: shard as never })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
    },
  );
});

describe('withShardRunner()', () => {
  it('gives the rows of a run, range by range, and several at a time', async () => {
    const { config, options } = await setUp();
    const whole = await runPlan(config, options);
    const { outputDir: _o, ...rest } = config;
    const { system } = options as { system: ScriptedSystem };
    await withShardRunner(rest, { system }, async (runner) => {
      expect(runner.plan.digest).toBe(whole.plan.digest);
      const parts: string[] = ['', '', ''];
      const ranges = [0, 9, 17, RECORDS];
      await Promise.all(
        parts.map((_, at) =>
          runner.run({
            from: ranges[at]!,
            to: ranges[at + 1]!,
            write: (row) => {
              parts[at] += `${row}\n`;
            },
          }),
        ),
      );
      expect(parts.join('')).toBe(await bytesOf(whole));
      await expect(runner.run({ from: 5, to: 24, write() {} })).rejects.toBeInstanceOf(RangeError);
    });
  });
});

describe('executor of RunOptions', () => {
  it('makes what is missing, once more where rows are refused', async () => {
    const { config, options, folder } = await setUp();
    const whole = await runPlan(config, options);
    const lines = (await bytesOf(whole)).trimEnd().split('\n');
    const asked: unknown[] = [];
    const rowsOf = (from: number, to: number): string[] => lines.slice(2 * from, 2 * to);
    const refusals: unknown[] = [];
    const executed = await runPlan(
      { ...config, outputDir: join(folder, 'executed') },
      {
        ...options,
        executor: {
          async *execute({ missing, traceparent }) {
            asked.push(missing, traceparent);
            const settle = (refusal?: unknown): void => void refusals.push(refusal);
            yield { from: 10, to: RECORDS, rows: rowsOf(10, RECORDS), settle };
            yield { from: 0, to: 10, rows: rowsOf(1, 11), settle };
            yield { from: 0, to: 10, rows: rowsOf(0, 10), settle };
          },
        },
        hooks: { onEvent() {}, traceparent: () => '00-1-2-01' },
      },
    );
    expect(asked).toEqual([[{ from: 0, to: RECORDS }], '00-1-2-01']);
    const codes = refusals.map((one) => (one as BenchError | undefined)?.code ?? 'none');
    expect(codes.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'BENCH_RUN_DAMAGED',
      'none',
      'none',
    ]);
    expect(await bytesOf(executed)).toBe(await bytesOf(whole));
    expect(lasting(executed.summary)).toBe(lasting(whole.summary));
  });

  it('ends the run with what is missing if nothing more comes', async () => {
    const { config, options } = await setUp();
    // oxlint-disable-next-line require-yield -- that is the case
    const executor = { async *execute() {} };
    expect(await codeOf(runPlan(config, { ...options, executor }))).toBe('BENCH_SHARDS_MISSING');
  });
});
