// Prints all targets, P1 to P18, with peers of the same run, the spread over processes, and whether each is met; see README.md.
//   node src/all.ts [--short] [--only P3,P12] [--processes 3] [--json FILE]
// Adds a line to history.jsonl; a short run, which shows less, to results/history.jsonl. No target fails it: the exit code is 1 only if a benchmark fails.
import { execFileSync, spawnSync } from 'node:child_process';
// oxlint-disable-next-line no-restricted-imports -- an error may end this program
import * as fs from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { type Figure, FIGURES_VARIABLE } from './figures.ts';
import { median } from './statistics.ts';
import { ELSEWHERE, meets, type Target, TARGETS, targetText } from './targets.ts';

interface Benchmark {
  readonly script: string;
  /** Numbers of its targets. */
  readonly of: readonly string[];
  readonly args?: readonly string[];
  /** Instead of `args`; undefined if it is left out of a short run. */
  readonly short?: readonly string[];
}

const BENCHMARKS: readonly Benchmark[] = [
  {
    script: 'spread',
    of: ['P1', 'P1b'],
    // With three processes each, as usual, the worst is that of twelve.
    args: ['--processes', '4'],
    short: ['--processes', '1', '--only', 'p1'],
  },
  {
    script: 'metering',
    of: ['P2', 'P7'],
    args: ['--only', 'p2,p7'],
    short: ['--short', '--only', 'p7'],
  },
  {
    script: 'engine',
    of: ['P3', 'P4', 'P4b', 'P5', 'P6', 'P8', 'P9', 'P10', 'P11'],
    short: ['--short'],
  },
  {
    script: 'bench',
    of: ['P12'],
    args: ['--records', '1000000', '--processes', '1'],
    short: ['--records', '20000', '--processes', '1'],
  },
  { script: 'start-up', of: ['P13'], short: ['5'] },
  { script: 'pages', of: ['P14'] },
  { script: 'catalogue', of: ['P15'], short: [] },
  { script: 'verifying', of: ['P15'], short: [] },
  { script: 'queue', of: ['P16'] },
];

const { values } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    processes: { type: 'string' },
    json: { type: 'string' },
  },
});
const processes = Number(values.processes ?? (values.short ? 1 : 3));
const wanted = values.only?.toUpperCase().replaceAll('B', 'b').split(',');
const results = fileURLToPath(new URL('../results/', import.meta.url));

/** The figures of one process of a benchmark. */
function run({ script, args = [], short }: Benchmark): { figures: Figure[]; failed: boolean } {
  const file = join(fs.mkdtempSync(join(tmpdir(), 'testbench-figures-')), 'figures.jsonl');
  try {
    const path = fileURLToPath(new URL(`${script}.ts`, import.meta.url));
    const given = values.short ? (short ?? []) : args;
    const { status } = spawnSync(process.execPath, ['--no-warnings', path, ...given], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, [FIGURES_VARIABLE]: file },
    });
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    const figures = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    return { figures: figures as Figure[], failed: status !== 0 };
  } finally {
    fs.rmSync(join(file, '..'), { recursive: true });
  }
}

interface Row {
  readonly name: string;
  readonly what: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly target: string;
  readonly met: boolean;
  readonly peers: Readonly<Record<string, number>>;
}

function rowOf(name: string, figures: readonly Figure[]): Row {
  const target: Target = TARGETS[name as Figure['name']];
  const all = figures.map(({ value }) => value);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  // The worst is the highest for all targets of which the worst counts.
  const value = target.isWorst === true ? most : median(all);
  const names = new Set(figures.flatMap(({ peers = {} }) => Object.keys(peers)));
  const peers = Object.fromEntries(
    Array.from(names, (peer) => [peer, median(figures.flatMap((one) => one.peers?.[peer] ?? []))]),
  );
  const met = meets(target, value);
  return { name, what: target.what, value, least, most, target: targetText(target), met, peers };
}

function amount(value: number): string {
  if (value >= 10_000) return Math.round(value).toLocaleString('en');
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function print(rows: readonly Row[]): void {
  console.log('| | what | measured | spread | target | met | peers |');
  console.log('|---|---|---|---|---|---|---|');
  for (const { name, what, value, least, most, target, met, peers } of rows) {
    const others = Object.entries(peers).map(([peer, each]) => `${peer} ${amount(each)}`);
    const spread = least === most ? '' : `${amount(least)} to ${amount(most)}`;
    console.log(
      `| ${name} | ${what} | ${amount(value)} | ${spread} | ${target} | ${met ? 'yes' : 'no'} | ${others.join(', ')} |`,
    );
  }
  for (const [number, where] of Object.entries(ELSEWHERE)) {
    if (wanted === undefined || wanted.includes(number))
      console.log(`| ${number} | ${where} | | | | | |`);
  }
}

/** The commit, if there is a repository. */
function commit(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: results, encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

fs.mkdirSync(results, { recursive: true });
const figures = new Map<string, Figure[]>();
const failures: string[] = [];
const loads = [loadavg()[0]!];
const chosen = BENCHMARKS.filter(
  ({ of, short }) =>
    (!values.short || short !== undefined) &&
    (wanted === undefined || of.some((number) => wanted.includes(number))),
);
// In alternation, so that a busy moment of the machine affects one process of each.
for (let round = 0; round < processes; round += 1) {
  for (const benchmark of chosen) {
    console.error(`${round + 1}/${processes} ${benchmark.script}`);
    const found = run(benchmark);
    if (found.failed) failures.push(benchmark.script);
    for (const figure of found.figures) {
      if (wanted !== undefined && !wanted.includes(figure.name.split(' ')[0]!)) continue;
      figures.set(figure.name, [...(figures.get(figure.name) ?? []), figure]);
    }
    loads.push(loadavg()[0]!);
  }
}
const rows = Object.keys(TARGETS).flatMap((name) => {
  const found = figures.get(name);
  return found === undefined ? [] : [rowOf(name, found)];
});
const date = new Date().toISOString();
const node = process.versions.node;
const processor = `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown'}`;
const load = [Math.min(...loads), Math.max(...loads)];
console.log(
  `${date.slice(0, 10)}, Node ${node}, ${processor}, load ${load.map((one) => one.toFixed(1)).join(' to ')}, ${processes} processes each${values.short ? ', short' : ''}\n`,
);
print(rows);
if (failures.length > 0) {
  console.log(`\nfailed: ${[...new Set(failures)].join(', ')}`);
  process.exitCode = 1;
}
const result = {
  date,
  commit: commit(),
  node,
  processor,
  load,
  processes,
  short: values.short,
  rows,
};
const history = new URL(
  values.short ? '../results/history.jsonl' : '../history.jsonl',
  import.meta.url,
);
fs.appendFileSync(history, `${JSON.stringify(result)}\n`);
if (values.json !== undefined)
  fs.writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
