import { type ConfidenceInterval, ScoreTally } from '../statistics/score-tally.js';
import type { CallFailure, ResultRow } from './result-row.js';

/** How often one code occurred, and the first row that had it. */
export interface ErrorCount {
  readonly count: number;
  readonly first: { readonly index: number; readonly line: number; readonly message: string };
}

/** What one evaluator made of one model: `n + errors + dropped` is the number of records. */
export interface ScoreSummary {
  readonly model: string;
  readonly evaluator: string;
  /** Number of scores that count. */
  readonly n: number;
  /** Arithmetic mean; null without scores. */
  readonly mean: number | null;
  /** With n − 1 in the denominator; null below two scores. */
  readonly standardDeviation: number | null;
  /** Of the mean, at 95 %; null if there are too few scores. */
  readonly interval: ConfidenceInterval | null;
  /** Records without a score, because this evaluator or a stage before it failed, or the filter. */
  readonly errors: number;
  /** The same by code. */
  readonly errorCodes: Readonly<Record<string, ErrorCount>>;
  /** Records with a score that the filter dropped. */
  readonly dropped: number;
}

interface Cell {
  readonly model: string;
  readonly evaluator: string;
  readonly tally: ScoreTally;
  readonly errors: Map<string, { count: number; first: ErrorCount['first'] }>;
  dropped: number;
}

/** Adds up rows by model and evaluator, in memory that does not grow with their number. */
export class ScoreBoard {
  readonly #cells = new Map<string, Cell[]>();

  constructor(models: readonly string[], evaluators: readonly string[]) {
    for (const model of models) {
      const cells = evaluators.map((evaluator) => {
        return { model, evaluator, tally: new ScoreTally(), errors: new Map(), dropped: 0 };
      });
      this.#cells.set(model, cells);
    }
  }

  /** @throws {RangeError} If the row is of no known model. */
  add(row: ResultRow): void {
    const cells = this.#cells.get(row.model);
    if (cells === undefined) throw new RangeError(`Cannot add a row: unknown model "${row.model}"`);
    for (const cell of cells) addToCell(cell, row);
  }

  /** Model by model, and within a model evaluator by evaluator, in the order given at the start. */
  summaries(): ScoreSummary[] {
    return [...this.#cells.values()].flat().map(({ model, evaluator, tally, errors, dropped }) => ({
      model,
      evaluator,
      n: tally.count,
      mean: tally.mean ?? null,
      standardDeviation: tally.standardDeviation ?? null,
      interval: tally.interval() ?? null,
      errors: [...errors.values()].reduce((sum, { count }) => sum + count, 0),
      errorCodes: Object.fromEntries(errors),
      dropped,
    }));
  }
}

function addToCell(cell: Cell, row: ResultRow): void {
  // Its own failure comes first: a filter fails on rows that have no score.
  const failure = own(row.errors ?? {}, cell.evaluator) ?? row.failure;
  if (failure !== undefined) {
    countError(cell, row, failure);
    return;
  }
  const score = own(row.scores, cell.evaluator);
  if (score === undefined) {
    throw new RangeError(`Cannot add a row: it has no score of "${cell.evaluator}"`);
  }
  if (row.dropped === undefined) cell.tally.add(score);
  else cell.dropped += 1;
}

function countError(cell: Cell, row: ResultRow, { code, message }: CallFailure): void {
  const known = cell.errors.get(code);
  if (known !== undefined) known.count += 1;
  else cell.errors.set(code, { count: 1, first: { index: row.index, line: row.line, message } });
}

/** An evaluator may be called `constructor`, which every object seems to have. */
function own<Value>(object: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
