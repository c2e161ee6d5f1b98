import { canAggregate } from '@testbench/types/aggregate';

import { ROW_CUTS } from '../aggregate/row-cuts.js';
import { scoreSets, type SetScore } from '../aggregate/set-scores.js';
import { SumBoard } from '../aggregate/sum-board.js';
import type { ResultRow } from '../results/result-row.js';
import { cancelled } from './call-failure.js';
import type { EvaluatorStage } from './load-pipeline.js';

/** Maximum number of sets by group in a summary: people read it, and a data set may have one group per record. */
export const MAX_GROUP_SETS = 1000;

/** A board, and whether its sets get intervals. */
interface Board {
  readonly sums: SumBoard;
  readonly isByGroup: boolean;
  readonly resampling: boolean;
}

/** Adds up the metrics of a run's rows for evaluators of sums as the rows arrive; other evaluators cost nothing. */
export class SetTally {
  readonly #stages: readonly EvaluatorStage[];
  readonly #boards: readonly Board[];

  constructor(evaluators: readonly EvaluatorStage[]) {
    this.#stages = evaluators.filter(({ stage }) => canAggregate(stage.plugin));
    const namesOf = (stages: readonly EvaluatorStage[]): string[] =>
      stages.map(({ config }) => config.name);
    // A plugin that may use the network is called once per set, not a thousand times.
    const waiting = namesOf(this.#stages.filter(({ stage }) => stage.waits));
    const others = namesOf(this.#stages.filter(({ stage }) => !stage.waits));
    this.#boards = [
      board(others, false, true),
      board(waiting, false, false),
      board([...others, ...waiting], true, false),
    ].flatMap((one) => one ?? []);
  }

  /** Adds all rows of one record. */
  add(rows: readonly ResultRow[]): void {
    for (const { sums } of this.#boards) sums.add(rows);
  }

  /**
   * Computes the scores: by prompt, provider and model, each with its interval, and then by group, if there are at most 1,000 such sets.
   *
   * @returns undefined if there is no evaluator of sums.
   * @throws {BenchError} `BENCH_CANCELLED`.
   */
  async scores(signal: AbortSignal | undefined): Promise<SetScore[] | undefined> {
    const [first] = this.#stages;
    if (first === undefined) return undefined;
    const plugins = Object.fromEntries(
      this.#stages.map(({ stage, config }) => [config.name, stage.id]),
    );
    const scores: SetScore[] = [];
    try {
      for (const { sums, isByGroup, resampling } of this.#boards) {
        if (isByGroup && sums.sets().length > MAX_GROUP_SETS) continue;
        scores.push(
          ...(await scoreSets(sums, {
            system: first.stage.system,
            plugins,
            ...(resampling ? {} : { resamples: 0 }),
            ...(signal && { signal }),
          })),
        );
      }
    } catch (error) {
      throw signal?.aborted === true ? cancelled() : error;
    }
    return scores;
  }
}

function board(
  evaluators: readonly string[],
  isByGroup: boolean,
  resampling: boolean,
): Board | undefined {
  if (evaluators.length === 0) return undefined;
  const cuts = [isByGroup ? ROW_CUTS.systemAndGroup : ROW_CUTS.system];
  return { sums: new SumBoard({ evaluators, cuts, resampling }), isByGroup, resampling };
}
