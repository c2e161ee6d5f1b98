import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { planRun, resumeRun, scoreRun } from '@testbench/bench';
import { createFolderRuns, exportRun, listFailures, readRun } from '@testbench/bench/results';
import { summariseRun } from '@testbench/bench/statistics';
import { readRunFiles, RunMutator } from '@testbench/test-kit/mutate-run';
import { PluginError } from '@testbench/types/errors';

import { type Attack, insist } from '../attack.ts';

/** For one reading of a small run. */
const MAX_MS = 2_000;
const DIGEST = `sha256:${'0'.repeat(64)}`;
const PLUGIN = { version: '1.0.0', digest: DIGEST, config: {}, limits: {} };
const PLAN = {
  formatVersion: 1,
  contract: '1.0.0',
  name: 'small',
  dataset: { digest: DIGEST, records: 2, offset: 0, fields: {}, columns: [] },
  prompts: [{ name: 'p', template: '{{input}}' }],
  providers: [{ ...PLUGIN, name: 'o', as: 'o', models: [{ name: 'm', parameters: {} }] }],
  transforms: [],
  evaluators: [{ ...PLUGIN, name: 'e', as: 'e', fields: {}, weight: 1 }],
  filters: [],
  epochs: { count: 1, reducer: 'mean' },
  seed: 0,
  onError: 'missing',
};
const ROW = {
  index: 0,
  prompt: 'p',
  provider: 'o',
  model: 'm',
  epoch: 1,
  output: 'x',
  scores: { e: 1 },
};

/** A run of two records from an untrusted source. */
async function withRun(action: (run: string, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
  try {
    const writer = await createFolderRuns(folder).open('run');
    await writer.writeDocument('plan', JSON.stringify(PLAN));
    await writer.writeDocument('config', '{}');
    const segment = await writer.begin(0);
    for (const index of [0, 1]) await segment.write(JSON.stringify({ ...ROW, index }));
    await segment.complete(2);
    await writer.close();
    await action(join(folder, 'run'), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const SCORING = { evaluators: [{ plugin: '/none.wasm' }] };
const replaying = (from: string): Parameters<typeof planRun>[0] => ({
  name: 'again',
  dataset: { path: '/dev/null' },
  provider: { plugin: 'replay', from },
  evaluators: [{ plugin: '/none.wasm' }],
});

/** Readers of a run, by name. */
const READERS: Readonly<Record<string, (run: string) => Promise<unknown>>> = {
  summary: async (run) => await summariseRun(await readRun(run)),
  failures: async (run) => {
    const failures = listFailures(await readRun(run));
    while ((await failures.next()).done !== true);
  },
  export: async (run) => await exportRun(await readRun(run), '/dev/null'),
  resume: async (run) => await resumeRun(run),
  score: async (run) => await scoreRun(run, SCORING),
  replay: async (run) => await planRun(replaying(run)),
};

/** @returns The code of the reader's error; `read` if it read the run. */
async function outcomeOf(reader: string, run: string): Promise<string> {
  const started = performance.now();
  let outcome = 'read';
  try {
    await READERS[reader]!(run);
  } catch (error) {
    insist(PluginError.is(error), `${reader}: ${String(error)}`);
    outcome = (error as PluginError).code;
  }
  const lastedMs = performance.now() - started;
  insist(lastedMs < MAX_MS, `${reader} took ${lastedMs.toFixed(0)} ms`);
  return outcome;
}

const OTHERS: Readonly<Record<string, (path: string) => void>> = {
  'a FIFO': (path) => void execFileSync('mkfifo', [path]),
  'a link to an endless device': (path) => symlinkSync('/dev/zero', path),
  'a link to a file of the reader': (path) => symlinkSync('/etc/hostname', path),
  'a folder': (path) => mkdirSync(path),
};
const FILES = ['manifest.json', 'plan.json', 'segments/0-2.jsonl'];

const irregular = FILES.flatMap((file) =>
  Object.entries(OTHERS).map(([kind, make]): Attack => ({
    row: 234,
    name: `${file} of a run is ${kind}`,
    modes: ['host'],
    async run() {
      await withRun(async (run) => {
        rmSync(join(run, file));
        make(join(run, file));
        for (const reader of ['summary', 'failures', 'export']) {
          const outcome = await outcomeOf(reader, run);
          insist(outcome === 'BENCH_RUN_DAMAGED', `${reader}: ${outcome}`);
        }
      });
      return 'BENCH_RUN_DAMAGED';
    },
  })),
);

const replayed = FILES.flatMap((file) =>
  [...Object.entries(OTHERS), ['{}', (path: string) => writeFileSync(path, '{}')] as const].map(
    ([kind, make]): Attack => ({
      row: 235,
      name: `${file} of the run that is replayed is ${kind}`,
      modes: ['host'],
      async run() {
        await withRun(async (run) => {
          rmSync(join(run, file));
          make(join(run, file));
          const outcome = await outcomeOf('replay', run);
          // The data set is opened before the run's rows.
          const codes = [
            'BENCH_RUN_DAMAGED',
            ...(file.startsWith('seg') ? ['BENCH_DATASET_EMPTY'] : []),
          ];
          insist(codes.includes(outcome), outcome);
        });
        return 'BENCH_RUN_DAMAGED';
      },
    }),
  ),
);

/** Replaces the run's segment with another one, and writes a manifest that fits it. */
function putRows(run: string, content: string, change: object = {}): void {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const rows = content.split('\n').length - 1;
  const segment = { from: 0, to: 2, rows, bytes: Buffer.byteLength(content), digest, ...change };
  writeFileSync(join(run, 'segments', '0-2.jsonl'), content);
  writeFileSync(
    join(run, 'manifest.json'),
    JSON.stringify({ formatVersion: 1, segments: [segment] }),
  );
}

const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
const ROWS: Readonly<Record<string, (run: string) => void>> = {
  'fewer than the manifest says': (run) => putRows(run, `${JSON.stringify(ROW)}\n`, { rows: 2 }),
  'nested 50,000 levels': (run) =>
    putRows(
      run,
      `${JSON.stringify({ ...ROW, expected: 0 }).replace('"expected":0', `"expected":${deep}`)}\n`,
    ),
  'no objects': (run) => putRows(run, 'null\n[]\n'),
  'of a model that the plan does not have': (run) =>
    putRows(run, `${JSON.stringify({ ...ROW, model: '__proto__' })}\n`),
  'without an end': (run) => putRows(run, JSON.stringify(ROW), { rows: 0 }),
  'more than the plan has': (run) => putRows(run, `${JSON.stringify(ROW)}\n`, { to: 2 ** 53 - 1 }),
};

const lying = Object.entries(ROWS).map(([name, change]): Attack => ({
  row: 236,
  name: `rows are ${name}`,
  modes: ['host'],
  async run() {
    await withRun(async (run) => {
      change(run);
      const outcome = await outcomeOf('export', run);
      insist(outcome === 'BENCH_RUN_DAMAGED', outcome);
    });
    return 'BENCH_RUN_DAMAGED';
  },
}));

const WRITTEN = ['manifest.json', 'plan.json', 'segments'];

/** Rows 234 to 239: the folder of an untrusted run. */
export const runFolders: readonly Attack[] = [
  ...irregular,
  ...replayed,
  ...lying,
  ...WRITTEN.map((name): Attack => ({
    row: 237,
    name: `${name} of a run that is written is a link to something else`,
    modes: ['host'],
    async run() {
      await withRun(async (run, folder) => {
        const path = join(run, name);
        const victim = join(folder, 'victim');
        renameSync(path, victim);
        if (name === 'segments') writeFileSync(join(victim, '7-8.jsonl'), 'mine');
        symlinkSync(victim, path);
        const before = name === 'segments' ? '' : readFileSync(victim, 'utf8');
        const error = await (async () => {
          const writer = await createFolderRuns(folder).open('run');
          try {
            await writer.writeDocument('plan', '{}');
          } finally {
            await writer.close();
          }
        })().catch((thrown: unknown) => thrown);
        insist(PluginError.is(error), `it was written through: ${String(error)}`);
        const after =
          name === 'segments'
            ? readFileSync(join(victim, '7-8.jsonl'), 'utf8')
            : readFileSync(victim, 'utf8');
        insist(after === (name === 'segments' ? 'mine' : before), 'the file was changed');
      });
      return 'BENCH_OUTPUT_FAILED or BENCH_RUN_DAMAGED';
    },
  })),
  {
    row: 238,
    name: 'plan.json is that of another run',
    modes: ['host'],
    async run() {
      await withRun(async (run) => {
        const named = `${run}-0123456789ab`;
        renameSync(run, named);
        const outcome = await outcomeOf('summary', named);
        insist(outcome === 'BENCH_RUN_DAMAGED', outcome);
      });
      return 'BENCH_RUN_DAMAGED';
    },
  },
  {
    row: 239,
    name: 'files are cut, swapped, and have other values in them, 400 times',
    modes: ['host'],
    async run() {
      const outcomes = new Map<string, number>();
      await withRun(async (run) => {
        const mutator = new RunMutator(run, readRunFiles(run), 3);
        const readers = Object.keys(READERS);
        for (let round = 0; round < 400; round += 1) {
          mutator.mutate();
          const outcome = await outcomeOf(readers[round % readers.length]!, run);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      });
      insist(({} as { polluted?: unknown }).polluted === undefined, 'a prototype was changed');
      return [...outcomes].map(([code, count]) => `${code} ${count}`).join(', ');
    },
  },
];
