/** What a figure should be. */
export interface Target {
  /** What is measured, and in proportion to what. */
  readonly what: string;
  readonly unit: '' | 'us' | 'ms' | 's' | 'MB' | 'MiB' | 'MB/s' | '/s' | '%';
  readonly atMost?: number;
  readonly atLeast?: number;
  /** True if the worst of all processes counts, not the median. */
  readonly isWorst?: true;
}

type Ceiling = Target & { readonly atMost: number };

const ratio = (what: string, atMost: number): Ceiling => ({ what, unit: '', atMost });
const time = (what: string, unit: 'us' | 'ms', atMost: number): Ceiling => ({ what, unit, atMost });

/** All targets, by the name under which a benchmark reports its figure: the number of the target, and what distinguishes it from others of that number. */
export const TARGETS = {
  'P1 coarse': ratio('coarse / unmetered, mean of kernels', 1),
  'P1 coarse, inlined alike': ratio('coarse / unmetered with the same inlining', 1.03),
  'P1 worst': { what: 'coarse / unmetered, worst kernel', unit: '', atMost: 1.15, isWorst: true },
  'P1 exact': ratio('exact / unmetered, mean of kernels', 1.08),
  'P1b mean': ratio('coarse / unmetered, mean of programs', 1.08),
  'P1b worst': { what: 'coarse / unmetered, worst program', unit: '', atMost: 1.15, isWorst: true },
  P2: ratio('coarse / native, mean of C kernels', 1.05),
  P3: ratio('call of 100 B inline / floor', 1.3),
  'P4 64 kB': ratio('call of 64 kB inline / floor', 1.1),
  'P4 1 MB': ratio('call of 1 MB inline / floor', 1.1),
  'P4b thread, 100 B': time('call of 100 B, thread', 'us', 30),
  'P4b thread, 64 kB': time('call of 64 kB, thread', 'us', 60),
  'P4b thread, 1 MB': time('call of 1 MB, thread', 'us', 900),
  'P4b process, 100 B': time('call of 100 B, process', 'us', 100),
  'P4b process, 64 kB': time('call of 64 kB, process', 'us', 200),
  'P4b process, 1 MB': time('call of 1 MB, process', 'us', 2000),
  'P5 rate': { what: 'calls of 1 kB in batches, all threads', unit: '/s', atLeast: 250_000 },
  'P5 scaling': { what: 'all threads / one thread, per thread', unit: '', atLeast: 0.8 },
  'P6 cold': time('load of a small plugin, cold', 'ms', 1),
  'P6 cached': time('load of a small plugin, compiled before', 'ms', 0.2),
  'P7 coarse': { what: 'rewriting 14 MB, coarse', unit: 'MB/s', atLeast: 70 },
  'P7 exact': { what: 'rewriting 14 MB, exact', unit: 'MB/s', atLeast: 70 },
  'P7 growth, coarse': ratio('size after / before, coarse', 1.25),
  'P7 growth, exact': ratio('size after / before, exact', 1.25),
  'P8 plugin': { what: 'memory of a loaded plugin', unit: 'MB', atMost: 0.04 },
  'P9 inline': { what: 'endless loop, inline: late by', unit: 'ms', atMost: 10, isWorst: true },
  'P9 thread': { what: 'endless loop, thread: late by', unit: 'ms', atMost: 10, isWorst: true },
  'P9 process': { what: 'endless loop, process: late by', unit: 'ms', atMost: 10, isWorst: true },
  P10: time('reset over keep, 34 pages', 'us', 50),
  P11: { what: 'memory with 10,000 suspended calls', unit: 'MB', atMost: 300 },
  'P12 rate': { what: 'evaluations, replay and three evaluators', unit: '/s', atLeast: 100_000 },
  'P12 CPU': ratio('CPU / that of a plain script', 2),
  'P12 memory': { what: 'most memory of a run', unit: 'MiB', atMost: 300 },
  'P13 help': ratio('`testbench --help` / bare Node', 2),
  'P13 inspect': ratio('`testbench inspect` / bare Node', 3),
  'P14 shown': time('report of 50,000 rows, first view', 'ms', 500),
  'P14 searched': time('report of 50,000 rows, first search', 'ms', 2000),
  'P15 asked': time('index of 10,000 plugins, slowest question', 'ms', 5),
  'P15 verified': time('CPU to verify an installed plugin', 'ms', 3),
  P16: { what: 'CPU of a shard through a queue, over threads', unit: '%', atMost: 10 },
} as const satisfies Readonly<Record<string, Target>>;

/** The name of a target. */
export type TargetName = keyof typeof TARGETS;

/** Targets that no benchmark of this package measures, and where they are measured. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  P1c: 'cost of compiling metered code: `attack/src/compile-costs.ts`, and attack rows',
  P17: 'evaluators by language, stated without a target: `pnpm -C benchmarks languages`',
  P18: '`npm start`, `npm test`, CI: `.ci/run` prints the time of each step',
};

/** The target as text. */
export function targetText({ unit, atMost, atLeast }: Target): string {
  const bound = atMost ?? atLeast;
  if (bound === undefined) return '';
  const text = bound >= 10_000 ? bound.toLocaleString('en') : String(bound);
  return `${atMost === undefined ? '>=' : '<='} ${text}${unit === '' ? '' : unit === '/s' ? '/s' : ` ${unit}`}`;
}

/** Whether a figure meets its target. */
export function meets({ atMost, atLeast }: Target, value: number): boolean {
  return (
    value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY)
  );
}
