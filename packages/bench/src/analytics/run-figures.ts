import type { PluginType } from '@testbench/types';

import { withoutUndefined } from '../config/without-undefined.js';
import { ownValue } from '../own-value.js';
import type { PlanContent, PlannedPlugin } from '../plan/plan.js';
import type { SummaryMeasured } from '../results/benchmark-summary.js';
import type { StoredRun } from '../results/read-run.js';
import type { ResultRow } from '../results/result-row.js';
import { UsageBoard } from '../results/usage-board.js';
import { TOOL_CHECK, toolStageName, USER_STAGE } from '../run/conversation/stage-names.js';
import { FiguresTally } from './figures-tally.js';
import type { PluginFigures } from './plugin-analytics.js';

/** A plugin at its place in a run, and the totals of its calls there. */
export interface PlacedFigures {
  readonly place: string;
  readonly type: PluginType;
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly figures: PluginFigures;
}

type Placed = Omit<PlacedFigures, 'figures'> & {
  /** Its name in rows. */
  readonly stage: string;
  readonly provider?: string;
};

/** The parts of a run that are needed. */
export type AnalysedRun = Pick<
  StoredRun,
  'run' | 'plan' | 'summary' | 'writtenAt' | 'isComplete' | 'rows'
>;

/**
 * Figures of the plugins of a run: from its summary if that has everything, otherwise from its rows.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 */
export async function readRunFigures(run: AnalysedRun): Promise<PlacedFigures[]> {
  const { summary, plan } = run;
  const places = placesOf(plan);
  // Causes of failures are not separated by provider.
  const isMixed =
    plan.providers.length > 1 && summary?.failures.some(({ stage }) => stage === 'provider');
  if (summary === undefined || isMixed === true) {
    return await readRows(run, places);
  }
  return summary.plugins.map((plugin) => {
    const { stage: place, type, name, version, digest } = plugin;
    const tally = new FiguresTally();
    const { calls, failedCalls, fuelUsed } = plugin;
    const measured = measuredAt(summary.measured, place);
    tally.add({ calls, failedCalls, fuelUsed, errors: {}, ...measured });
    const stage = places.find((one) => one.place === place)?.stage ?? place;
    for (const { stage: at, code, count } of summary.failures) {
      if (at === stage) tally.addErrors(code, count);
    }
    return { place, type, name, version, digest, figures: tally.figures };
  });
}

/** Time and memory, which rows do not have, are taken from the summary, if there is one. */
async function readRows(
  { rows, summary }: AnalysedRun,
  places: readonly Placed[],
): Promise<PlacedFigures[]> {
  const usage = new UsageBoard();
  const tallies = places.map(() => new FiguresTally());
  const fail = (row: ResultRow, stage: string, code: string): void => {
    const index = places.findIndex(
      (place) =>
        place.stage === stage && (place.provider === undefined || place.provider === row.provider),
    );
    tallies[index]?.addErrors(code, 1);
  };
  for await (const row of rows()) {
    usage.add(row);
    if (row.failure !== undefined) fail(row, row.failure.stage, row.failure.code);
    for (const [name, { code }] of Object.entries(row.errors ?? {})) fail(row, name, code);
  }
  return places.map(({ stage, provider, ...about }, index) => {
    const tally = tallies[index]!;
    const { place } = about;
    const measured = summary === undefined ? {} : measuredAt(summary.measured, place);
    tally.add({ ...usage.of(stage, provider), errors: {}, ...measured });
    const type = summary?.plugins.find((plugin) => plugin.stage === place)?.type ?? about.type;
    return { ...about, type, figures: tally.figures };
  });
}

function placesOf(plan: PlanContent): Placed[] {
  const { providers, transforms, filters, evaluators, tools = [], toolCheck, conversation } = plan;
  const at = (
    place: string,
    type: PluginType,
    { name, version, digest }: PlannedPlugin,
  ): Placed => ({ place, stage: place, type, name, version, digest });
  return [
    ...providers.map((plugin, index): Placed => {
      const placed = at(`providers[${index}]`, 'provider', plugin);
      return Object.assign(placed, { stage: 'provider', provider: plugin.as });
    }),
    ...tools.flatMap(({ as, plugin }) =>
      plugin === undefined ? [] : [at(toolStageName(as), 'custom', plugin)],
    ),
    ...(toolCheck === undefined ? [] : [at(TOOL_CHECK, 'evaluator', toolCheck)]),
    ...(conversation?.user === undefined ? [] : [at(USER_STAGE, 'provider', conversation.user)]),
    ...transforms.map((plugin, index) => at(`transforms[${index}]`, 'transform', plugin)),
    ...filters.map((plugin, index) => at(`filters[${index}]`, 'filter', plugin)),
    ...evaluators.map((plugin) => at(plugin.as, 'evaluator', plugin)),
  ];
}

/** The time and memory that a summary reports for a place. */
function measuredAt(
  { timeMs, peakMemoryBytes = {} }: Pick<SummaryMeasured, 'timeMs' | 'peakMemoryBytes'>,
  place: string,
): Pick<PluginFigures, 'timeMs' | 'peakMemoryBytes'> {
  return withoutUndefined({
    timeMs: ownValue(timeMs, place),
    peakMemoryBytes: ownValue(peakMemoryBytes, place),
  });
}
