import { PluginSystem } from '@testbench/core';
import { ConfigError, PluginError } from '@testbench/types/errors';

import { EvaluationError } from '../errors.js';
import { DEFAULT_CONCURRENCY } from '../limits.js';
import type { EvaluateOptions, EvaluationRecord, Evaluator } from './evaluation-options.js';
import { openEvaluator, type OpenedEvaluator } from './open-evaluator.js';
import type { Score, Scorer } from './scorer.js';

/** A record with its answer and scores. */
export interface EvaluatedRow {
  readonly id: string;
  readonly record: EvaluationRecord;
  readonly output: unknown;
  /** By evaluator. */
  readonly scores: ReadonlyMap<string, Score>;
}

/** Answers and scores records, each once, whichever test asks first. */
export class Evaluation {
  readonly records: readonly EvaluationRecord[];
  readonly #options: EvaluateOptions;
  readonly #rows = new Map<number, Promise<EvaluatedRow>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #system: PluginSystem | undefined;
  #evaluators: Promise<readonly OpenedEvaluator[]> | undefined;

  constructor(records: readonly EvaluationRecord[], options: EvaluateOptions) {
    this.records = records;
    this.#options = options;
  }

  /** The id of a record: its own, or its number. */
  idOf(index: number): string {
    return String(this.records[index]?.id ?? index);
  }

  /** @throws {EvaluationError} The task or an evaluator failed. @throws {LoadError} An evaluator does not load. */
  row(index: number): Promise<EvaluatedRow> {
    let row = this.#rows.get(index);
    if (row === undefined) {
      row = this.#inTurn(() => this.#evaluate(index));
      // The test that awaits the row gets the error.
      row.catch(() => undefined);
      this.#rows.set(index, row);
    }
    return row;
  }

  /** All rows whose evaluation did not fail. */
  async rows(): Promise<readonly EvaluatedRow[]> {
    const rows = await Promise.allSettled(this.records.map((_, index) => this.row(index)));
    return rows.flatMap((row) => (row.status === 'fulfilled' ? [row.value] : []));
  }

  async close(): Promise<void> {
    await this.#system?.close();
  }

  async #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const { concurrency = DEFAULT_CONCURRENCY } = this.#options;
    if (this.#running >= concurrency) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #evaluate(index: number): Promise<EvaluatedRow> {
    const evaluators = await (this.#evaluators ??= this.#open());
    const record = this.records[index]!;
    const { task } = this.#options;
    const output = task === undefined ? record.output : await task(record.input, record);
    const id = this.idOf(index);
    if (output === undefined) {
      throw new EvaluationError(
        'EVALUATION_NO_ANSWER',
        `Cannot score record "${id}": ${task === undefined ? 'it has no "output", and there is no task' : 'the task returned nothing'}`,
      );
    }
    const { input, expected } = record;
    const args = {
      record,
      ...(input === undefined ? {} : { input }),
      ...(expected === undefined ? {} : { expected }),
      output,
    };
    const scores = new Map<string, Score>();
    for (const { name, score } of evaluators) {
      const result = await score(args).catch((cause: unknown) => {
        const { message } = cause as Error;
        throw failed(`Cannot score record "${id}" by "${name}": ${message}`, cause);
      });
      scores.set(name, checkScore(result, name, id));
    }
    return { id, record, output, scores };
  }

  async #open(): Promise<readonly OpenedEvaluator[]> {
    const { isolation = 'thread', evaluators } = this.#options;
    const opened: OpenedEvaluator[] = [];
    for (const [index, evaluator] of evaluators.entries()) {
      const path = `evaluators[${index}]`;
      const one = await this.#openOne(evaluator, isolation, path);
      if (opened.some(({ name }) => name === one.name)) {
        throw new ConfigError(
          'CONFIG_INVALID',
          path,
          `Cannot use "${path}": another evaluator has the name "${one.name}"`,
        );
      }
      opened.push(one);
    }
    return opened;
  }

  async #openOne(
    evaluator: Evaluator,
    isolation: 'inline' | 'thread' | 'process',
    path: string,
  ): Promise<OpenedEvaluator> {
    if (typeof evaluator === 'function') {
      const scorer = evaluator as Scorer;
      // Scorers of libraries are named functions, and say their name only in their results.
      const name = scorer.name === '' ? path : scorer.name;
      return { name, score: async (args) => await scorer(args) };
    }
    this.#system ??= new PluginSystem({ isolation });
    const use = typeof evaluator === 'string' ? { plugin: evaluator } : evaluator;
    return await openEvaluator(this.#system, use, path, path);
  }
}

function checkScore(result: Score, name: string, id: string): Score {
  const score: unknown = (result as Partial<Score> | undefined)?.score;
  if (score === null || (typeof score === 'number' && score >= 0 && score <= 1)) return result;
  throw failed(`Cannot score record "${id}" by "${name}": expected a score from 0 to 1`);
}

function failed(message: string, cause?: unknown): EvaluationError {
  const isOurs = PluginError.is(cause) ? `${message} (${cause.code})` : message;
  return new EvaluationError('EVALUATION_FAILED', isOurs, { cause });
}
