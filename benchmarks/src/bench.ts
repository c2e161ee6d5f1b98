// P12: a benchmark of the replay provider and three evaluators (exact match, token F1, contains) compared with a plain script that writes the same rows.
//   node src/bench.ts [--records 100000] [--processes 5] [--isolation thread]
// Both take turns, each run in a separate process; ratios compare consecutive runs. Nothing fails because of its time; the exit code is 1
// only if their scores differ.
import { execFileSync } from 'node:child_process';
// oxlint-disable-next-line no-restricted-imports -- an error may end this program
import * as fs from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { runPlan } from '@testbench/bench';
import type { Isolation } from '@testbench/core';

import { runPlainScript } from './bench-plain.ts';
import { reportFigure } from './figures.ts';
import { cpuMs, median } from './statistics.ts';

const EVALUATORS = ['exact-match', 'token-f1', 'contains'] as const;

interface Measured {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakMiB: number;
  /** Resident memory after each fifth of the records. */
  readonly rssMiB: readonly number[];
  readonly means: Readonly<Record<string, number>>;
}

const { values } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    records: { type: 'string', default: '100000' },
    processes: { type: 'string', default: '5' },
    isolation: { type: 'string', default: 'thread' },
    child: { type: 'string' },
    folder: { type: 'string', default: '' },
  },
});
const records = Number(values.records);
const dataIn = (folder: string): string => join(folder, 'data.jsonl');

function* texts(): Generator<string> {
  let piece = '';
  for (let index = 0; index < records; index += 1) {
    const right = `It is ${3 * index}`;
    const record = {
      id: `record-${index}`,
      input: `What is ${index} times 3, and why does it matter to "anyone", or no one at all?`,
      expected: right,
      answers: { m: index % 3 === 0 ? right : `The answer is ${3 * index}.` },
    };
    piece += `${JSON.stringify(record)}\n`;
    if (piece.length < 256 * 1024) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function pluginPath(name: string): string {
  return fileURLToPath(
    new URL(`../../example-plugins/${name}/build/${name}.wasm`, import.meta.url),
  );
}

async function measureOurs(folder: string): Promise<Measured> {
  const rssMiB: number[] = [];
  const start = { cpu: cpuMs(), wall: performance.now() };
  const { summary } = await runPlan(
    {
      name: 'p12',
      isolation: values.isolation as Isolation,
      dataset: { path: dataIn(folder) },
      provider: { plugin: pluginPath('replay'), models: ['m'] },
      evaluators: EVALUATORS.map((name) => ({ plugin: pluginPath(name) })),
      outputDir: join(folder, 'runs'),
    },
    {
      onProgress: ({ records: done }) => {
        if (done % (records / 5) === 0) rssMiB.push(process.memoryUsage.rss() / 2 ** 20);
      },
    },
  );
  const wallMs = performance.now() - start.wall;
  const means = summary.scores.map(({ evaluator, mean }) => [evaluator, mean] as const);
  return finish(start.cpu, wallMs, rssMiB, Object.fromEntries(means));
}

async function measurePlain(folder: string): Promise<Measured> {
  const start = { cpu: cpuMs(), wall: performance.now() };
  const means = await runPlainScript(dataIn(folder), join(folder, 'plain.jsonl'));
  return finish(start.cpu, performance.now() - start.wall, [], means);
}

function finish(
  startCpuMs: number,
  wallMs: number,
  rssMiB: readonly number[],
  means: Readonly<Record<string, number | null>>,
): Measured {
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  return {
    cpuMs: cpuMs() - startCpuMs,
    wallMs,
    peakMiB,
    rssMiB,
    means: means as Measured['means'],
  };
}

function inChild(child: 'ours' | 'plain', folder: string): Measured {
  const own = ['--child', child, '--folder', folder, '--records', values.records];
  const args = ['--no-warnings', fileURLToPath(import.meta.url), ...own];
  const out = execFileSync(process.execPath, [...args, '--isolation', values.isolation]);
  for (const name of ['runs', 'plain.jsonl']) {
    fs.rmSync(join(folder, name), { recursive: true, force: true });
  }
  return JSON.parse(out.toString()) as Measured;
}

function spread(numbers: readonly number[], digits = 1): string {
  const sorted = [...numbers].toSorted((one, other) => one - other);
  const at = (share: number): string =>
    sorted[Math.round(share * (sorted.length - 1))]!.toFixed(digits);
  return `${at(0.5)} (${at(0)} to ${at(1)})`;
}

function report(): void {
  const folder = fs.mkdtempSync(join(tmpdir(), 'testbench-p12-'));
  try {
    const file = fs.openSync(dataIn(folder), 'w');
    for (const text of texts()) fs.writeSync(file, text);
    fs.closeSync(file);
    const ours: Measured[] = [];
    const plain: Measured[] = [];
    for (let round = 0; round < Number(values.processes); round += 1) {
      const turns = [
        () => void ours.push(inChild('ours', folder)),
        () => void plain.push(inChild('plain', folder)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) turn();
      for (const name of EVALUATORS) {
        const [own, other] = [ours, plain].map((runs) => runs.at(-1)?.means[name] ?? Number.NaN);
        if (!(Math.abs(own! - other!) < 1e-9)) throw new RangeError(`${name}: not the same mean`);
      }
    }
    const evaluations = records * EVALUATORS.length;
    const rates = (runs: readonly Measured[], time: 'cpuMs' | 'wallMs'): number[] =>
      runs.map((run) => evaluations / run[time]);
    const line = (what: string, text: string): void => console.log(`${what.padEnd(46)}${text}`);
    console.log(
      `${records} records, ${EVALUATORS.length} evaluations each, isolation ${values.isolation}, Node ${process.version}, ${availableParallelism()} processors, load ${loadavg()[0]!.toFixed(1)}; ${ours.length} processes, median (least to most)`,
    );
    line('evaluations a ms: ours', spread(rates(ours, 'wallMs')));
    line('evaluations a ms of CPU: ours', spread(rates(ours, 'cpuMs')));
    line('evaluations a ms of CPU: plain script', spread(rates(plain, 'cpuMs')));
    const ratios = ours.map((run, at) => run.cpuMs / plain[at]!.cpuMs);
    line('CPU, ours / plain script (target <= 2)', spread(ratios));
    line(
      'peak memory, MiB: ours (target < 300)',
      spread(
        ours.map(({ peakMiB }) => peakMiB),
        0,
      ),
    );
    line(
      'peak memory, MiB: plain script',
      spread(
        plain.map(({ peakMiB }) => peakMiB),
        0,
      ),
    );
    const rate = (runs: readonly Measured[]): number => 1000 * median(rates(runs, 'wallMs'));
    reportFigure('P12 rate', rate(ours), { 'plain script': rate(plain) });
    reportFigure('P12 CPU', median(ratios));
    reportFigure('P12 memory', Math.max(...ours.map(({ peakMiB }) => peakMiB)), {
      'plain script': Math.max(...plain.map(({ peakMiB }) => peakMiB)),
    });
    const over = ours[0]!.rssMiB.map((rss) => rss.toFixed(0)).join(', ');
    line('memory after each fifth of the first run, MiB', over);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

if (values.child === undefined) report();
else {
  const measure = values.child === 'ours' ? measureOurs : measurePlain;
  console.log(JSON.stringify(await measure(values.folder)));
}
