import { isDeepStrictEqual } from 'node:util';

import { PluginError } from '@testbench/types/errors';

import type { RecordOutcome } from './score-records.js';

/** A record that a build changed. */
export interface RecordChange {
  readonly id: string;
  readonly before: RecordOutcome;
  readonly after: RecordOutcome;
}

/** Totals over all records. */
export interface ScoreTotals {
  readonly records: number;
  /** Mean over the records that have a score; undefined if none has. */
  readonly mean: number | undefined;
  /** Calls that failed. */
  readonly failed: number;
}

/** Sums up a plugin's outcomes. */
export function totalsOf(outcomes: readonly RecordOutcome[]): ScoreTotals {
  const scores = outcomes.map(({ score }) => score).filter((score) => score !== undefined);
  const sum = scores.reduce((total, score) => total + score, 0);
  return {
    records: outcomes.length,
    mean: scores.length === 0 ? undefined : sum / scores.length,
    failed: outcomes.filter(({ error }) => error !== undefined).length,
  };
}

/** The records that both have and whose outcomes differ, in order. */
export function changesBetween(
  before: readonly RecordOutcome[],
  after: readonly RecordOutcome[],
): RecordChange[] {
  const earlier = new Map(before.map((outcome) => [outcome.id, outcome]));
  return after.flatMap((outcome) => {
    const one = earlier.get(outcome.id);
    return one === undefined || isSame(one, outcome)
      ? []
      : [{ id: outcome.id, before: one, after: outcome }];
  });
}

function isSame(one: RecordOutcome, other: RecordOutcome): boolean {
  return (
    one.score === other.score &&
    codeOf(one.error) === codeOf(other.error) &&
    isDeepStrictEqual(one.data, other.data)
  );
}

function codeOf(error: unknown): string | undefined {
  return PluginError.is(error) ? error.code : undefined;
}
