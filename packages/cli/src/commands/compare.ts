import { resolve } from 'node:path';

import { readRun } from '@testbench/bench/results';
import {
  type Baseline,
  checkRequirements,
  type CompareOptions,
  compareRuns,
  type GateOptions,
  type GateResult,
  readBaseline,
  type RequirementOptions,
  type RunComparison,
  type ScoredRun,
  summariseRun,
} from '@testbench/bench/statistics';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { COMPARE_FLAGS } from '../flags/compare.js';
import { SHOWN_FLIPS } from '../limits.js';
import { renderComparison } from '../render/render-comparison.js';
import { renderGate } from '../render/render-gate.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import { readRequirements } from '../requirements.js';
import { UsageError } from '../usage-error.js';

type CompareFlags = CommandCall<typeof COMPARE_FLAGS>['flags'];

/** `testbench compare <run> [other]` */
export async function compareCommand({
  io,
  flags,
  args,
}: CommandCall<typeof COMPARE_FLAGS>): Promise<ExitCode> {
  const requirements = readRequirements(flags, 'compare');
  const options = compareOptions(flags, args[1] === undefined && flags.baseline === undefined);
  const [before, after] = await readSides(io.cwd, flags, args);
  const compared = await compareRuns(before, after, options);
  const comparison = await addRequirements(compared, after, requirements);
  if (flags.json) {
    writeJson(io.stdout, comparison);
  } else {
    const style = createStyle(io.stdout, io.env);
    const shown = flags.flips ?? SHOWN_FLIPS;
    io.stdout.write(`${renderComparison(comparison, shown, style)}\n`);
    if (comparison.gate !== undefined) io.stdout.write(`\n${renderGate(comparison.gate, style)}\n`);
  }
  return comparison.gate?.passed === false ? ExitCode.gate : ExitCode.ok;
}

async function readSides(
  cwd: string,
  { baseline, models, prompts }: CompareFlags,
  [run, other]: readonly string[],
): Promise<[ScoredRun | Baseline, ScoredRun]> {
  if (baseline !== undefined && other !== undefined) {
    throw new UsageError('expected one run and --baseline, or two runs', 'compare');
  }
  const read = async (folder: string): Promise<ScoredRun> => await readRun(resolve(cwd, folder));
  if (baseline !== undefined) {
    return [await readBaseline(resolve(cwd, baseline)), await read(run!)];
  }
  if (other !== undefined) return [await read(run!), await read(other)];
  if (models === undefined && prompts === undefined) {
    throw new UsageError(
      'expected a second run, --baseline, or --models with two models of the run',
      'compare',
    );
  }
  const only = await read(run!);
  return [only, only];
}

function compareOptions(flags: CompareFlags, isOneRun: boolean): CompareOptions {
  const { metric, alpha, adjust, clusters, onError, allowDifferentData } = flags;
  const [models, prompts] = [
    splitNames(flags.models, '--models'),
    splitNames(flags.prompts, '--prompts'),
  ];
  if (isOneRun) {
    for (const [flag, names] of [
      ['--models', models],
      ['--prompts', prompts],
    ] as const) {
      if (names !== undefined && names[0] === names[1]) {
        throw new UsageError(
          `${flag} names one twice: a run does not differ from itself`,
          'compare',
        );
      }
    }
  }
  const filter = (side: 0 | 1): NonNullable<CompareOptions['a']> => ({
    ...(models !== undefined && { model: models[side] }),
    ...(prompts !== undefined && { prompt: prompts[side] }),
  });
  const gate = gateOptions(flags);
  return {
    a: filter(0),
    b: filter(1),
    allowDifferentData,
    ...(metric !== undefined && { metrics: metric }),
    ...(alpha !== undefined && { alpha }),
    ...(adjust !== undefined && { adjustment: adjust }),
    ...(clusters !== undefined && { clusters }),
    ...(onError !== undefined && { onError }),
    ...(gate !== undefined && { gate }),
  };
}

/** Guards that are asked for ask for the gate. */
function gateOptions({ gate, mustPass, maxLost, alpha }: CompareFlags): GateOptions | undefined {
  if (!gate && mustPass === undefined && maxLost === undefined) return undefined;
  return {
    ...(alpha !== undefined && { alpha }),
    ...(mustPass !== undefined && { records: mustPass }),
    ...(maxLost !== undefined && { maxLost }),
  };
}

/** `a,b`; one name stands for both sides. */
function splitNames(text: string | undefined, flag: string): readonly [string, string] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  if (names.length > 2 || names.includes('')) {
    throw new UsageError(
      `${flag} is ${JSON.stringify(text)}, expected two names with a comma between them`,
      'compare',
    );
  }
  return [names[0]!, names[1] ?? names[0]!];
}

function keyOf({ prompt, provider, model }: RunComparison['pairs'][number]['b']): string {
  return JSON.stringify([prompt, provider, model]);
}

async function addRequirements(
  comparison: RunComparison,
  after: ScoredRun,
  requirements: RequirementOptions | undefined,
): Promise<RunComparison> {
  if (requirements === undefined) return comparison;
  const summary = await summariseRun(after);
  // What was not compared is not asked for.
  const compared = new Set(comparison.pairs.map(({ b }) => keyOf(b)));
  const systems = summary.systems.filter((system) => compared.has(keyOf(system)));
  const reached = checkRequirements({ ...summary, systems }, requirements);
  const gate: GateResult = {
    passed: reached.passed && comparison.gate?.passed !== false,
    checks: [...(comparison.gate?.checks ?? []), ...reached.checks],
  };
  return { ...comparison, gate };
}
