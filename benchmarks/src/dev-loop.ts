// Times of the author's loop, from a save to the module and to the scores, in several processes. The first build of a process is cold.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type DevEvent, watchProject } from '@testbench/dev';
import { linkPackages } from '@testbench/test-kit/author-project';

import { median } from './statistics.ts';

/** Saves per process. */
const SAVES = 5;
const RECORDS = 20;

/** A project in one language: its source with a number that each save changes. */
interface Project {
  readonly file: string;
  readonly source: (count: number) => string;
  /** From a save to the module, warm. */
  readonly targetMs: number;
}

const PROJECTS: Readonly<Record<string, Project>> = {
  assemblyscript: {
    file: 'assembly/index.ts',
    source: (count) =>
      `import { Evaluation, Evaluator, EvaluatorInput, plugin } from "@testbench/plugins-sdk";\n\n@plugin({ name: "probe", version: "1.0.0" })\nexport class Probe extends Evaluator {\n  evaluate(input: EvaluatorInput): Evaluation {\n    return new Evaluation(f64(input.output.length % ${count + 2}) / 10.0);\n  }\n}\n`,
    targetMs: 1000,
  },
  typescript: {
    file: 'metric.ts',
    source: (count) =>
      `export const evaluate = ({ output }: { output: string }) => (output.length % ${count + 2}) / 10;\n`,
    targetMs: 300,
  },
  javascript: {
    file: 'metric.js',
    source: (count) =>
      `export const evaluate = ({ output }) => (output.length % ${count + 2}) / 10;\n`,
    targetMs: 300,
  },
  python: {
    file: 'metric.py',
    source: (count) =>
      `def evaluate(record, context):\n    return len(record["output"]) % ${count + 2} / 10\n`,
    targetMs: 300,
  },
};

/** What one process saw, in milliseconds. */
interface Times {
  readonly coldBuild: number;
  readonly builds: readonly number[];
  readonly modules: readonly number[];
  readonly scores: readonly number[];
}

const [, , role = '7', language = ''] = process.argv;
if (role === 'child') console.log(JSON.stringify(await measure(PROJECTS[language]!)));
else compare(Number(role));

function compare(processes: number): void {
  const seen = new Map<string, Times[]>(Object.keys(PROJECTS).map((name) => [name, []]));
  // In alternation, so that a busy moment of the machine affects all.
  for (let round = 0; round < processes; round += 1) {
    for (const [name, times] of seen) {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), 'child', name],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(`${name} ended with ${status}:\n${stderr}`);
      times.push(JSON.parse(stdout) as Times);
    }
  }
  console.log(
    `${processes} processes of ${SAVES} saves each; median (least to most of the processes' medians), ms`,
  );
  for (const [name, times] of seen) {
    const target = PROJECTS[name]!.targetMs;
    const modules = spread(times.map((one) => median(one.modules)));
    console.log(
      [
        name.padEnd(15),
        `build ${spread(times.map((one) => median(one.builds)))}`,
        `save to module ${modules} (wanted below ${target})`,
        `save to ${RECORDS} scores ${spread(times.map((one) => median(one.scores)))}`,
        `first build ${spread(times.map((one) => one.coldBuild))}`,
      ].join('  '),
    );
  }
}

async function measure({ file, source }: Project): Promise<Times> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-loop-'));
  const save = (count: number): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source(count));
  };
  linkPackages(folder);
  const rows = Array.from({ length: RECORDS }, (_, index) =>
    JSON.stringify({ id: index, output: 'x'.repeat(index) }),
  );
  writeFileSync(join(folder, 'data.jsonl'), `${rows.join('\n')}\n`);
  save(0);
  const controller = new AbortController();
  const times = {
    coldBuild: 0,
    builds: [] as number[],
    modules: [] as number[],
    scores: [] as number[],
  };
  let savedAt = 0;
  let saves = 0;
  const hear = (event: DevEvent): void => {
    const now = performance.now();
    if (event.type === 'build' && saves === 0) times.coldBuild = event.durationMs;
    if (event.type === 'build' && saves > 0) {
      times.builds.push(event.durationMs);
      times.modules.push(now - savedAt);
    }
    if (event.type === 'scores' && saves > 0) times.scores.push(now - savedAt);
    if (event.type !== 'idle') return;
    if (saves === SAVES) return controller.abort();
    saves += 1;
    savedAt = performance.now();
    save(saves);
  };
  try {
    await watchProject({
      project: file.includes('/') ? folder : join(folder, file),
      dataset: { path: join(folder, 'data.jsonl'), records: RECORDS },
      signal: controller.signal,
      onEvent: hear,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return times;
}

function spread(values: readonly number[]): string {
  const rounded = (value: number): string => value.toFixed(0);
  return `${rounded(median(values))} (${rounded(Math.min(...values))} to ${rounded(Math.max(...values))})`;
}
