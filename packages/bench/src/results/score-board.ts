import { type OptionReaders, readOptions } from '@testbench/types/config';

import type { OnError, Reducer } from '../config/benchmark-config.js';
import { ownValue } from '../own-value.js';
import { type ConfidenceInterval, ScoreTally } from '../statistics/score-tally.js';
import { type EpochReducer, epochReducer } from './reduce-epochs.js';
import type { CallFailure, CaseName, ResultRow } from './result-row.js';

/** Identifies the system that answered: one line of the table. */
export type SystemName = Pick<CaseName, 'prompt' | 'provider' | 'model'>;

/** How often one code occurred, and the first row that had it. */
export interface ErrorCount {
  readonly count: number;
  readonly first: { readonly index: number; readonly line?: number; readonly message: string };
}

/** The scores of one evaluator for one prompt, provider and model. */
export interface ScoreSummary extends SystemName {
  readonly evaluator: string;
  /** Number of records with a score that counts. */
  readonly n: number;
  /** Arithmetic mean over records; null without scores. */
  readonly mean: number | null;
  /** Over records, with n − 1 in the denominator; null for fewer than two scores. */
  readonly standardDeviation: number | null;
  /** 95 % interval of the mean; null if there are too few scores. */
  readonly interval: ConfidenceInterval | null;
  /** Mean over records of the standard deviation among a record's epochs; null with one epoch. */
  readonly epochDeviation: number | null;
  /** Cases without a score, because this evaluator, an earlier stage or a filter failed. With `onError: wrong` they count as 0. */
  readonly errors: number;
  /** The same errors by code. */
  readonly errorCodes: Readonly<Record<string, ErrorCount>>;
  /** Cases with a score that a filter dropped. */
  readonly dropped: number;
}

/** The results of the cases of one prompt, provider and model. */
export interface SystemSummary extends SystemName {
  readonly cases: number;
  /** Cases that lack a score. */
  readonly failed: number;
  readonly dropped: number;
  /** Cases that reached all thresholds; `notPassed` counts those that did not. Both are absent without thresholds. */
  readonly passed?: number;
  readonly notPassed?: number;
}

/** How rows are added up. */
export interface BoardOptions {
  /** In the order of the table. */
  readonly systems: readonly SystemName[];
  /** With the score from which an answer counts as right, for reducers that count. @default 1 */
  readonly evaluators: readonly { readonly name: string; readonly threshold?: number }[];
  /** @default 'mean' */
  readonly reducer?: Reducer;
  /** @default 'missing' */
  readonly onError?: OnError;
}

const BOARD_OPTIONS: OptionReaders<BoardOptions> = {
  systems: (node) => node.list().map(({ value }) => value as SystemName),
  evaluators: (node) => node.list().map(({ value }) => value as BoardOptions['evaluators'][number]),
  reducer: (node) => node.text() as Reducer,
  onError: (node) => node.oneOf(['missing', 'wrong']),
};

interface Cell {
  readonly evaluator: string;
  readonly reduce: EpochReducer;
  readonly tally: ScoreTally;
  readonly deviations: ScoreTally;
  readonly errors: Map<string, { count: number; first: ErrorCount['first'] }>;
  dropped: number;
}

interface System {
  readonly name: SystemName;
  readonly cells: readonly Cell[];
  cases: number;
  failed: number;
  dropped: number;
  passed: number;
  notPassed: number;
}

/** Adds up rows by prompt, provider, model and evaluator, in memory that does not grow with their number. */
export class ScoreBoard {
  readonly #systems = new Map<string, System>();
  /** The system of the last row: rows of one system are mostly adjacent. */
  #last: System | undefined;
  readonly #onError: OnError;
  readonly #hasThreshold: boolean;

  /** @throws {ConfigError} An option is wrong. */
  constructor(given: BoardOptions) {
    const {
      systems,
      evaluators,
      reducer = 'mean',
      onError = 'missing',
    } = readOptions<BoardOptions>(given, BOARD_OPTIONS, '', ['systems', 'evaluators']);
    this.#onError = onError;
    this.#hasThreshold = evaluators.some(({ threshold }) => threshold !== undefined);
    for (const name of systems) {
      const cells = evaluators.map(({ name: evaluator, threshold }): Cell => {
        const reduce = epochReducer(reducer, threshold);
        return {
          evaluator,
          reduce,
          tally: new ScoreTally(),
          deviations: new ScoreTally(),
          errors: new Map(),
          dropped: 0,
        };
      });
      const counts = { cases: 0, failed: 0, dropped: 0, passed: 0, notPassed: 0 };
      this.#systems.set(keyOf(name), { name, cells, ...counts });
    }
  }

  /**
   * Adds all rows of one record.
   *
   * @throws {RangeError} If a row has an unknown prompt, provider or model.
   */
  add(rows: readonly ResultRow[]): void {
    if (rows.length === 1) {
      this.#addEpochs(rows);
      return;
    }
    const groups = new Map<string, ResultRow[]>();
    for (const row of rows) {
      const key = keyOf(row);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [row]);
      else group.push(row);
    }
    for (const group of groups.values()) this.#addEpochs(group);
  }

  /** System by system, and within a system evaluator by evaluator, in the order of the options. */
  summaries(): ScoreSummary[] {
    return [...this.#systems.values()].flatMap(({ name, cells }) =>
      cells.map(({ evaluator, tally, deviations, errors, dropped }) => ({
        prompt: name.prompt,
        provider: name.provider,
        model: name.model,
        evaluator,
        n: tally.count,
        mean: tally.mean ?? null,
        standardDeviation: tally.standardDeviation ?? null,
        interval: tally.interval() ?? null,
        epochDeviation: deviations.mean ?? null,
        errors: [...errors.values()].reduce((sum, { count }) => sum + count, 0),
        errorCodes: Object.fromEntries(errors),
        dropped,
      })),
    );
  }

  systems(): SystemSummary[] {
    return [...this.#systems.values()].map(
      ({ name, cases, failed, dropped, passed, notPassed }) => {
        const { prompt, provider, model } = name;
        const counts = { prompt, provider, model, cases, failed, dropped };
        return this.#hasThreshold ? Object.assign(counts, { passed, notPassed }) : counts;
      },
    );
  }

  /** The rows of one system and record: its epochs. */
  #addEpochs(rows: readonly ResultRow[]): void {
    const system = this.#systemOf(rows[0]!);
    for (const row of rows) {
      system.cases += 1;
      if (isFailed(row)) system.failed += 1;
      if (row.dropped !== undefined) system.dropped += 1;
      else if (row.passed === true) system.passed += 1;
      else if (row.passed === false) system.notPassed += 1;
    }
    for (const cell of system.cells) this.#addToCell(cell, rows);
  }

  #systemOf(row: ResultRow): System {
    const last = this.#last;
    if (
      last?.name.model === row.model &&
      last.name.prompt === row.prompt &&
      last.name.provider === row.provider
    )
      return last;
    const system = this.#systems.get(keyOf(row));
    if (system === undefined) {
      throw new RangeError(`Cannot add a row: unknown model "${row.model}"`);
    }
    this.#last = system;
    return system;
  }

  #addToCell(cell: Cell, rows: readonly ResultRow[]): void {
    const scores: number[] = [];
    for (const row of rows) {
      // The evaluator's own failure comes first: a filter fails on rows that have no score.
      const failure = ownValue(row.errors ?? {}, cell.evaluator) ?? row.failure;
      if (failure !== undefined) {
        countError(cell, row, failure);
        if (this.#onError === 'wrong') scores.push(0);
        continue;
      }
      const score = ownValue(row.scores, cell.evaluator);
      if (score === undefined) {
        throw new RangeError(`Cannot add a row: it has no score of "${cell.evaluator}"`);
      }
      if (row.dropped === undefined) scores.push(score);
      else cell.dropped += 1;
    }
    if (scores.length === 0) return;
    cell.tally.add(scores.length === 1 && rows.length === 1 ? scores[0]! : cell.reduce(scores));
    if (scores.length > 1) cell.deviations.add(deviationOf(scores));
  }
}

/** True if the case lacks a score. */
export function isFailed(row: Pick<ResultRow, 'failure' | 'errors'>): boolean {
  return row.failure !== undefined || row.errors !== undefined;
}

/** Unique per system, regardless of the characters in its names. */
function keyOf({ prompt, provider, model }: SystemName): string {
  return JSON.stringify([prompt, provider, model]);
}

function deviationOf(scores: readonly number[]): number {
  const tally = new ScoreTally();
  for (const score of scores) tally.add(score);
  return tally.standardDeviation ?? 0;
}

function countError(cell: Cell, row: ResultRow, { code, message }: CallFailure): void {
  const known = cell.errors.get(code);
  if (known !== undefined) {
    known.count += 1;
    return;
  }
  const line = row.line === undefined ? {} : { line: row.line };
  cell.errors.set(code, { count: 1, first: { index: row.index, ...line, message } });
}
