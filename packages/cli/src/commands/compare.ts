import { resolve } from 'node:path';

import { protectedFiles, readRun, type StoredRun } from '@testbench/bench/results';
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
} from '@testbench/bench/statistics';

import type { OutputInput } from '@testbench/core/files';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { type ComparisonFormat, summariseCompared, writeComparison } from '../write-comparison.js';
import type { COMPARE_FLAGS } from '../flags/compare.js';
import { SHOWN_FLIPS } from '../limits.js';
import { readRequirements } from '../requirements.js';
import { withSetEvaluators } from '../set-evaluators.js';
import { UsageError } from '../usage-error.js';

type CompareFlags = CommandCall<typeof COMPARE_FLAGS>['flags'];

/** `testbench compare <run> [other]` */
export async function compareCommand({
  io,
  flags,
  args,
}: CommandCall<typeof COMPARE_FLAGS>): Promise<ExitCode> {
  const requirements = readRequirements(flags, 'compare');
  const format = chooseFormat(flags);
  const options = compareOptions(flags, args[1] === undefined && flags.baseline === undefined);
  const [before, after] = await readSides(io.cwd, flags, args);
  const compared = await withSetEvaluators(
    io,
    { before, after, isGate: options.gate !== undefined },
    async (evaluators, notes) => {
      const { swaps, resamples } = flags;
      const drawing = {
        ...(swaps !== undefined && { swaps }),
        ...(resamples !== undefined && { resamples }),
      };
      const sets = evaluators === undefined ? {} : { sets: { ...evaluators, ...drawing } };
      const found = await compareRuns(before, after, { ...options, ...sets });
      return { ...found, notes: [...found.notes, ...notes] };
    },
  );
  const comparison =
    requirements === undefined ? compared : await addRequirements(compared, after, requirements);
  await writeComparison(comparison, after, {
    io,
    format,
    output: flags.output,
    inputs: await inputsOf([before, after], flags.baseline, io.cwd),
    flips: flags.flips ?? SHOWN_FLIPS,
  });
  return comparison.gate?.passed === false ? ExitCode.gate : ExitCode.ok;
}

/** Files that the output must not replace. */
async function inputsOf(
  sides: readonly (StoredRun | Baseline)[],
  baseline: string | undefined,
  cwd: string,
): Promise<readonly OutputInput[]> {
  const runs = sides.filter((side) => 'segments' in side);
  const files = await Promise.all(runs.map(protectedFiles));
  return baseline === undefined
    ? files.flat()
    : [...files.flat(), { path: resolve(cwd, baseline), what: 'the baseline' }];
}

function chooseFormat({ json, format, output }: CompareFlags): ComparisonFormat {
  if (json && format !== undefined && format !== 'json') {
    throw new UsageError(`--json and --format ${format} exclude each other`, 'compare');
  }
  const chosen = json ? 'json' : (format ?? 'text');
  if (output !== undefined && chosen === 'text') {
    throw new UsageError('--output needs --format md, junit or json', 'compare');
  }
  return chosen;
}

async function readSides(
  cwd: string,
  { baseline, models, prompts }: CompareFlags,
  [run, other]: readonly string[],
): Promise<[StoredRun | Baseline, StoredRun]> {
  if (baseline !== undefined && other !== undefined) {
    throw new UsageError('expected one run and --baseline, or two runs', 'compare');
  }
  const read = async (folder: string): Promise<StoredRun> => await readRun(resolve(cwd, folder));
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

/** Options of the gate imply the gate. */
function gateOptions({ gate, mustPass, maxLost, alpha }: CompareFlags): GateOptions | undefined {
  if (!gate && mustPass === undefined && maxLost === undefined) return undefined;
  return {
    ...(alpha !== undefined && { alpha }),
    ...(mustPass !== undefined && { records: mustPass }),
    ...(maxLost !== undefined && { maxLost }),
  };
}

/** `a,b`; a single name is used for both sides. */
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

async function addRequirements(
  comparison: RunComparison,
  after: StoredRun,
  requirements: RequirementOptions,
): Promise<RunComparison> {
  const reached = checkRequirements(await summariseCompared(comparison, after), requirements);
  const gate: GateResult = {
    passed: reached.passed && comparison.gate?.passed !== false,
    checks: [...(comparison.gate?.checks ?? []), ...reached.checks],
  };
  return { ...comparison, gate };
}
