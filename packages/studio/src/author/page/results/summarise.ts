import type { RunRow } from '../../worker/messages.js';

/** The summary of a run. */
export interface Summary {
  readonly total: number;
  /** Number of scores of 1. */
  readonly right: number;
  readonly failed: number;
  /** Undefined without a score. */
  readonly mean: number | undefined;
  /** Units per call, for calls that did not fail. */
  readonly fuel: { readonly mean: number; readonly most: number } | undefined;
  readonly memoryBytes: number;
}

/** The score of a row; undefined if there is none. */
export function scoreOf({ result }: RunRow): number | undefined {
  const { score } = (typeof result === 'object' && result !== null ? result : {}) as {
    readonly score?: unknown;
  };
  return typeof score === 'number' ? score : undefined;
}

export function summarise(rows: readonly RunRow[]): Summary {
  const scores = rows.map(scoreOf).filter((score) => score !== undefined);
  const fuels = rows.map(({ fuel }) => fuel).filter((fuel) => fuel !== undefined);
  return {
    total: rows.length,
    right: scores.filter((score) => score === 1).length,
    failed: rows.filter(({ error }) => error !== undefined).length,
    mean: scores.length === 0 ? undefined : sum(scores) / scores.length,
    fuel:
      fuels.length === 0
        ? undefined
        : { mean: sum(fuels) / fuels.length, most: fuels.reduce((a, b) => Math.max(a, b), 0) },
    memoryBytes: rows.reduce((most, row) => Math.max(most, row.memoryBytes ?? 0), 0),
  };
}

/** True for a row that needs attention: it failed, or its score is below 1. */
export function isFailing(row: RunRow): boolean {
  const score = scoreOf(row);
  return row.error !== undefined || (score !== undefined && score < 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
