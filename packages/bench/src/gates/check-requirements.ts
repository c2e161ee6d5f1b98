import { ConfigError } from '@testbench/types/errors';

import type { GateCheck, GateResult } from '../compare/run-comparison.js';
import type { MetricSummary, RunSummary, SystemReport } from '../summary/run-summary.js';
import { type RequirementOptions, readRequirements, SET_PREFIX } from './gate-options.js';

/**
 * Checks a run's figures against their requirements. Every prompt, provider and model must reach them; a metric without a score does not.
 *
 * @throws {ConfigError} An option is wrong, or there is no such metric.
 *
 * @example
 * ```ts no-run
 * import { readRun } from '@testbench/bench/results';
 * import { checkRequirements, summariseRun } from '@testbench/bench/statistics';
 *
 * const summary = await summariseRun(await readRun('runs/sums-0123456789ab'));
 * checkRequirements(summary, { failUnder: { 'exact-match': 0.8 }, lowerBound: true }).passed;
 * ```
 */
export function checkRequirements(summary: RunSummary, given: RequirementOptions): GateResult {
  const { failUnder = {}, lowerBound = false, maxErrors } = readRequirements(given);
  const checks = Object.entries(failUnder).flatMap(([metric, least]) => {
    const found = summary.systems.flatMap((system) =>
      numbersOf(system)
        .filter(({ name }) => name === metric)
        .map((number) => checkNumber(system, number, least, lowerBound)),
    );
    if (found.length > 0) return found;
    const [first] = summary.systems;
    const known =
      first === undefined ? [] : numbersOf(first).map(({ name }) => JSON.stringify(name));
    throw new ConfigError(
      'CONFIG_INVALID',
      `failUnder.${metric}`,
      `Cannot check ${JSON.stringify(metric)}: the run has no such metric, it has ${known.join(', ')}`,
    );
  });
  if (maxErrors !== undefined) checks.push(checkErrors(summary, maxErrors));
  return { passed: checks.every(({ passed }) => passed), checks };
}

/** A number that can be compared with a limit. */
interface CheckedNumber extends Pick<MetricSummary, 'interval'> {
  readonly name: string;
  readonly value: number | null;
  readonly words: string;
}

/** Means, and scores of whole sets. */
function numbersOf({ metrics, corpus }: SystemReport): CheckedNumber[] {
  return [
    ...metrics.map(({ metric: name, mean: value, interval }) => {
      return { name, value, interval, words: `the mean of ${name}` };
    }),
    ...corpus.map(({ metric, value, interval }) => {
      return { name: `${SET_PREFIX}${metric}`, value, interval, words: `${metric} over the set` };
    }),
  ];
}

function checkNumber(
  { prompt, provider, model }: SystemReport,
  { name: metric, value: found, interval, words }: CheckedNumber,
  least: number,
  lowerBound: boolean,
): GateCheck {
  const value = lowerBound ? (interval?.low ?? null) : found;
  const passed = value !== null && value >= least;
  const what = lowerBound
    ? `the lower end of the interval of ${words.replace('the mean of ', '')}`
    : words;
  const shown = value === null ? 'not known' : value.toFixed(4);
  return {
    check: 'fail-under',
    passed,
    metric,
    system: { prompt, provider, model },
    value,
    limit: least,
    message: `${model}: ${what} is ${shown}, at least ${least} is required`,
  };
}

function checkErrors({ systems }: RunSummary, limit: number): GateCheck {
  const value = systems.reduce((sum, { failed }) => sum + failed, 0);
  return {
    check: 'max-errors',
    passed: value <= limit,
    value,
    limit,
    message: `${value} cases lack a score, at most ${limit} may`,
  };
}
