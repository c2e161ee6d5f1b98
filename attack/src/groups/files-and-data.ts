import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assemble, guestWat, METADATA } from '@testbench/test-kit';

import { type Attack, insist } from '../attack.ts';
import { type Measured, measureChild } from '../measure-child.ts';
import { WIDE_EXPORTS, WIDE_IMPORTS } from '../modules/wide-modules.ts';
import { refused } from './shorthand.ts';

/** What a command may take for such a file; half a second and 120 MB are for its start. */
const MAX_CPU_MS = 4_000;
const MAX_RSS_MB = 700;
/** How much of one module a person may be shown, in characters. */
const MAX_SHOWN = 200_000;

interface Printed {
  readonly code: number;
  readonly printed: number;
  readonly errors: string;
}

function within({ cpuMs, rssMb }: Measured): string {
  insist(cpuMs < MAX_CPU_MS, `it took ${cpuMs.toFixed(0)} ms of CPU time`);
  insist(rssMb < MAX_RSS_MB, `it took ${rssMb.toFixed(0)} MB`);
  return `${cpuMs.toFixed(0)} ms, ${rssMb.toFixed(0)} MB`;
}

async function inFolder(work: (folder: string) => Promise<string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fileAttack(row: number, name: string, run: (folder: string) => Promise<string>): Attack {
  return { row, name, modes: ['host'], run: () => inFolder(run) };
}

const HOSTILE = Object.entries({ ...WIDE_EXPORTS, ...WIDE_IMPORTS });

const inspected = ['', '--json'].flatMap((option) =>
  HOSTILE.map(([name, make]) =>
    fileAttack(114, `inspect ${option} ${name}`, async (folder) => {
      const path = join(folder, 'hostile.wasm');
      writeFileSync(path, make());
      const options = option === '' ? [] : [option];
      const measured = await measureChild('command-line', ['inspect', path, ...options]);
      const { code, printed, errors } = measured.result as Printed;
      insist(code === 0 || errors.includes('LOAD_REJECTED'), errors);
      insist(option !== '' || printed < MAX_SHOWN, `it printed ${printed} characters`);
      return within(measured);
    }),
  ),
);

const discovered = HOSTILE.map(([name, make]) =>
  fileAttack(114, `discovery of ${name}`, async (folder) => {
    writeFileSync(join(folder, 'hostile.wasm'), make());
    const measured = await measureChild('discover', [folder]);
    const { found, codes } = measured.result as { found: number; codes: readonly string[] };
    insist(found === 0 && codes.length === 1, 'it was taken for a plugin');
    return within(measured);
  }),
);

/** Admission itself, at every load: each import was compared with every host function and reported in full. */
const wideImports = Object.entries(WIDE_IMPORTS).map(([name, make]) =>
  refused(140, name, make, 'LOAD_REJECTED', 'import'),
);

/** A plugin that always returns the same output. */
function saying(type: string, data: object): Uint8Array {
  const metadata = { ...(JSON.parse(METADATA) as object), name: type, plugin_type: type };
  return assemble(
    guestWat({ metadataText: JSON.stringify(metadata), outputText: JSON.stringify({ data }) }),
  );
}

interface Benchmark {
  readonly dataset?: object;
  readonly evaluators?: readonly object[];
}

/** Writes a benchmark of two plugins over one record. */
function benchmark(folder: string, change: Benchmark = {}): string {
  writeFileSync(
    join(folder, 'provider.wasm'),
    saying('provider', { text: 'a', model: 'm', finish_reason: 'stop' }),
  );
  writeFileSync(join(folder, 'evaluator.wasm'), saying('evaluator', { score: 1 }));
  writeFileSync(join(folder, 'data.jsonl'), RECORD);
  const path = join(folder, 'bench.json');
  const config = {
    name: 'bench',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: 'provider.wasm', models: ['m'] },
    evaluators: [{ plugin: 'evaluator.wasm' }],
    outputDir: 'out',
    ...change,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const RECORD = '{"input":"q","expected":"a"}\n';

const outputs = [
  fileAttack(115, 'a data set among the files of a run', async (folder) => {
    const config = benchmark(folder);
    await measureChild('command-line', ['run', config]);
    const [run] = readdirSync(join(folder, 'out'));
    // It looks like what a killed run leaves behind, which the next one removes.
    const data = join(folder, 'out', run!, 'segments', '7-8.jsonl');
    linkSync(join(folder, 'data.jsonl'), data);
    const { result } = await measureChild('command-line', ['run', config]);
    const { code, errors } = result as Printed;
    insist(code === 1 && errors.includes('BENCH_OUTPUT_FAILED'), errors);
    insist(readFileSync(data, 'utf8') === RECORD, 'the data set was removed');
    return 'refused before the run';
  }),
];

const slowTexts: Readonly<Record<string, readonly [file: string, text: () => string]>> = {
  '80,000 columns': [
    'data.csv',
    () =>
      `${Array.from({ length: 80_000 }, (_, n) => `c${n}`).join(',')}\n${'1,'.repeat(79_999)}1\n`,
  ],
  'a header of 16 MiB of commas': ['data.csv', () => ','.repeat(16 * 1024 * 1024 - 2)],
  '16 MiB of quotes': ['data.csv', () => `a\n${'"'.repeat(16 * 1024 * 1024 - 2)}`],
  'a line of 100 MB': ['data.jsonl', () => `{"input":"${'x'.repeat(100_000_000)}"}`],
  '60,000 keys, 500 kB': [
    'bench.yaml',
    () => Array.from({ length: 60_000 }, (_, n) => `${n}: \n`).join(''),
  ],
  '60,000 keys in braces': [
    'bench.yaml',
    () => `{${Array.from({ length: 60_000 }, (_, n) => `k${n}: 1`).join(', ')}}`,
  ],
  '20,000 anchors, each used': [
    'bench.yaml',
    () => Array.from({ length: 20_000 }, (_, n) => `- &a${n} 1\n- *a${n}\n`).join(''),
  ],
  '200,000 quotes': ['bench.yaml', () => '"'.repeat(200_000)],
  '500,000 commas in brackets': ['bench.yaml', () => `[${','.repeat(500_000)}]`],
  'aliases that multiply': [
    'bench.yaml',
    () =>
      `a0: &a0 x\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}]\n`).join('')}`,
  ],
  '45,000 keys in JSON': [
    'bench.json',
    () =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 45_000 }, (_, n) => [`k${n}`, 1]))),
  ],
};

const slow = Object.entries(slowTexts).map(([name, [file, make]]) =>
  fileAttack(116, name, async (folder) => {
    const isData = file.startsWith('data.');
    const config = isData ? benchmark(folder, { dataset: { path: file } }) : join(folder, file);
    writeFileSync(join(folder, file), make());
    const measured = await measureChild('command-line', ['run', config]);
    const { code, errors } = measured.result as Printed;
    insist(code === 1 && /CONFIG_|BENCH_/.test(errors), errors);
    return `${within(measured)}: ${errors.slice(0, 60)}`;
  }),
);

const BASELINE = {
  type: 'testbench-baseline',
  formatVersion: 1,
  run: {
    run: 'r',
    name: 'bench',
    plan: '',
    dataset: { digest: '', records: 1 },
    records: 1,
    isComplete: true,
    epochs: { count: 1, reducer: 'mean' },
    onError: 'missing',
  },
  evaluators: [{ as: 'e', name: 'e', version: '1', digest: '', config: {}, weight: 1 }],
  columns: [{ prompt: 'p', provider: 'o', model: 'm', metric: 'e', kind: 'evaluator' }],
  fields: ['index'],
  records: [] as unknown,
  digest: '',
};
const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);

const hostileBaselines: readonly (readonly [name: string, code: string, text: () => string])[] = [
  [
    'of 2 million records',
    'BENCH_BASELINE_DAMAGED',
    () =>
      JSON.stringify({ ...BASELINE, records: Array.from({ length: 2_000_000 }, (_, n) => [n, 1]) }),
  ],
  [
    'of records 3 million lists deep',
    'BENCH_BASELINE_DAMAGED',
    () =>
      JSON.stringify({ ...BASELINE, records: 0 }).replace(
        '"records":0',
        `"records":${nested('[', ']', 3_000_000)}`,
      ),
  ],
  [
    'of settings a million objects deep',
    'BENCH_BASELINE_DAMAGED',
    () =>
      JSON.stringify(BASELINE).replace(
        '"config":{}',
        `"config":${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}`,
      ),
  ],
  ['of 70 MB', 'BENCH_BASELINE_UNREADABLE', () => ' '.repeat(70 * 1024 * 1024)],
];

/** Another run's rows and plan, as someone hands them over; the digests of the written files are correct. */
const hostileRuns: Readonly<
  Record<string, (file: string) => readonly [file: string, text: string]>
> = {
  'a plan a million objects deep': (run) => [
    join(run, 'plan.json'),
    `{"name":"bench","dataset":${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}}`,
  ],
  'a plan without evaluators': (run) => [
    join(run, 'plan.json'),
    '{"name":"bench","dataset":{},"evaluators":{"length":1e9}}',
  ],
  'scores of whole sets that are none': (run) => [
    join(run, 'summary.json'),
    `{"sets":[${'{},'.repeat(100_000)}{}]}`,
  ],
};

const statistics = [
  ...hostileBaselines.map(([name, expected, make]) =>
    fileAttack(116, `a baseline ${name}`, async (folder) => {
      const config = benchmark(folder);
      await measureChild('command-line', ['run', config]);
      const run = join(folder, 'out', readdirSync(join(folder, 'out'))[0]!);
      const baseline = join(folder, 'baseline.json');
      writeFileSync(baseline, make());
      const measured = await measureChild('command-line', ['compare', run, '--baseline', baseline]);
      const { code, errors } = measured.result as Printed;
      insist(code === 1 && errors.includes(expected), errors);
      return within(measured);
    }),
  ),
  ...Object.entries(hostileRuns).map(([name, make]) =>
    fileAttack(116, `a run with ${name}`, async (folder) => {
      const config = benchmark(folder);
      await measureChild('command-line', ['run', config]);
      const run = join(folder, 'out', readdirSync(join(folder, 'out'))[0]!);
      const [file, text] = make(run);
      writeFileSync(file, text);
      const measured = await measureChild('command-line', ['summary', run]);
      const { code, errors } = measured.result as Printed;
      insist(code === 1 && errors.includes('BENCH_RUN_DAMAGED'), errors);
      return within(measured);
    }),
  ),
];

const NAMES = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];

const prototypeNames = fileAttack(
  117,
  'evaluators called like parts of every object',
  async (folder) => {
    const config = benchmark(folder, {
      evaluators: NAMES.map((name) => ({ plugin: 'evaluator.wasm', name })),
    });
    const { result } = await measureChild('command-line', ['run', config]);
    insist((result as Printed).code === 0, (result as Printed).errors);
    const [run] = readdirSync(join(folder, 'out'));
    const summary = JSON.parse(readFileSync(join(folder, 'out', run!, 'summary.json'), 'utf8')) as {
      scores: readonly { evaluator: string; n: number; mean: number }[];
    };
    const counted = summary.scores
      .filter(({ n, mean }) => n === 1 && mean === 1)
      .map(({ evaluator }) => evaluator);
    insist(counted.join() === NAMES.join(), `counted: ${counted.join()}`);
    return 'counted like any other';
  },
);

/** Rows 114 to 117 and 140: files from other people, written files, and names taken from them. */
export const filesAndData: readonly Attack[] = [
  ...inspected,
  ...discovered,
  ...wideImports,
  ...outputs,
  ...slow,
  ...statistics,
  prototypeNames,
];
