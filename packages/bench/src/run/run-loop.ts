import { setImmediate } from 'node:timers/promises';

import type { RunRange, RunSegment, RunWriter } from '@testbench/types/stores';

import { onAbort } from '@testbench/types';

import type { PositionedSample } from '../dataset/dataset.js';
import type { ResultRow } from '../results/result-row.js';
import { RowSink } from '../results/row-sink.js';
import { cancelled } from './call-failure.js';
import type { RecordOutcome } from './evaluate-batch.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { mapOrdered } from './map-ordered.js';
import { untilFailure } from './until-failure.js';
import type { PaidStages } from './paid-stages.js';
import type { PreparedRun } from './prepare-run.js';
import { type RunCase, runCases } from './run-cases.js';
import { recordsOf } from './earlier-rows.js';

/** Calls in this thread block signals and timers; the run yields to them at this interval, in milliseconds. */
const BREATHE_EVERY_MS = 50;
/** Cases in flight if nothing waits: enough to share the cost of a batch, few enough to hold in memory. */
const BATCH_CASES = 256;
/** Number of batches for these cases: enough to keep the threads of two processors busy while the next batches are made. */
const BATCHES = 4;
/** Cases begun per call that may be in flight, so that a slow case does not hold up the others. */
const CASES_A_CALL = 4;

/** Prepares a record, in the order of records, and then makes its rows. */
export type EvaluateRecord = (
  sample: PositionedSample,
) => Promise<(options: EvaluateOptions) => Promise<readonly ResultRow[]>>;

/** Makes the rows of several records. */
type EvaluateBatch = (
  samples: readonly PositionedSample[],
  options: EvaluateOptions,
) => Promise<readonly RecordOutcome[]>;

interface MadeRecord {
  readonly position: number;
  readonly rows: readonly ResultRow[];
}

/** Where rows come from and go to. */
export interface RunLoopOptions {
  readonly run: PreparedRun;
  /** The records to process. */
  readonly range: RunRange;
  /** Undefined if rows are not kept. */
  readonly writer: RunWriter | undefined;
  /** Makes the rows of a record. Must be called in the order of records; the results may settle in any order. */
  readonly evaluate: EvaluateRecord;
  /** Makes the rows of many records at a time, instead of `evaluate`. */
  readonly evaluateBatch: EvaluateBatch | undefined;
  /** Makes the calls of stages that wait for a network. */
  readonly paid: PaidStages;
  readonly signal: AbortSignal | undefined;
  /** Keeps images of records. */
  readonly keepImages?: EvaluateOptions['keepImages'];
  /** Gets the rows of each record, in order. */
  readonly onRecord: (rows: readonly ResultRow[], isEarlier: boolean) => Promise<void> | undefined;
}

/**
 * Processes the records of a plan: rows of complete segments are read, all others are made and written.
 *
 * Rows made before an error or a cancellation are written to disk before the error is thrown.
 */
export async function runRecords(options: RunLoopOptions): Promise<void> {
  const { writer, signal } = options;
  // Also aborted when the run ends early, so that calls in flight do not continue in vain.
  const stop = new AbortController();
  const endWatch = onAbort(signal, () => stop.abort());
  const loop = new RunLoop(options, stop);
  try {
    const { from, to } = options.range;
    let position = from;
    for (const segment of writer?.segments ?? []) {
      await loop.make(position, segment.from);
      await loop.read(segment);
      position = segment.to;
    }
    await loop.make(position, to);
  } finally {
    endWatch();
  }
}

class RunLoop {
  readonly #options: RunLoopOptions;
  readonly #stop: AbortController;
  readonly #cases: readonly RunCase[];
  #failure: { readonly error: unknown } | undefined;
  #lastBreath = performance.now();

  constructor(options: RunLoopOptions, stop: AbortController) {
    const { config, pipeline } = options.run;
    this.#options = options;
    this.#stop = stop;
    this.#cases = runCases(pipeline, config.epochs.count);
  }

  /** Hands on the rows of a complete segment. */
  async read(segment: RunSegment): Promise<void> {
    const { run, writer, onRecord } = this.#options;
    const reader = { ...bindReader(writer!), segments: [segment] };
    for await (const rows of recordsOf(reader, run.plan.run)) {
      this.#throwIfAborted();
      await onRecord(rows, true);
      await this.#breathe();
    }
  }

  /** Makes the rows of a range of records. */
  async make(from: number, to: number): Promise<void> {
    if (from >= to) return;
    this.#throwIfAborted();
    const { writer, onRecord } = this.#options;
    const sink = writer === undefined ? undefined : new RowSink(writer);
    try {
      for await (const made of this.#rowsOf(from, to)) {
        for (const { position, rows } of made) {
          this.#throwIfAborted();
          // Awaiting nothing for every record would cost as much as writing.
          const written = sink?.add(position, rows);
          if (written !== undefined) await written;
          const told = onRecord(rows, false);
          if (told !== undefined) await told;
        }
        await this.#breathe();
      }
      await sink?.flush();
    } catch (error) {
      this.#stop.abort();
      // Complete rows must survive the failure; if flushing fails too, the first reason counts.
      await sink?.flush().catch(() => {});
      throw this.#failure === undefined ? error : this.#failure.error;
    } finally {
      await sink?.discard();
    }
  }

  #rowsOf(from: number, to: number): AsyncGenerator<Iterable<MadeRecord>> {
    const options = this.#evaluateOptions();
    const { evaluateBatch, run } = this.#options;
    if (evaluateBatch !== undefined) return this.#rowsOfBatches(from, to, evaluateBatch, options);
    const samples = run.dataset.records({ from, to });
    return mapOrdered(this.#prepare(samples), this.#window(), async ([position, make]) => {
      try {
        return [{ position, rows: await make(options) }];
      } catch (error) {
        // Earlier records are still in flight, and come back as cancelled now; this is the cause.
        options.fail(error);
        throw error;
      }
    });
  }

  #rowsOfBatches(
    from: number,
    to: number,
    evaluate: EvaluateBatch,
    options: EvaluateOptions,
  ): AsyncGenerator<Iterable<MadeRecord>> {
    const window = this.#window();
    const size = Math.min(
      window,
      Math.max(1, Math.floor(BATCH_CASES / BATCHES / this.#cases.length)),
    );
    const batches = Math.max(1, Math.floor(window / size));
    const samples = this.#options.run.dataset.batches(size, { from, to });
    return mapOrdered(untilFailure(samples), batches, async (batch) => {
      if ('error' in batch) throw batch.error;
      try {
        return madeOf(batch.items, await evaluate(batch.items, options), options);
      } catch (error) {
        options.fail(error);
        throw error;
      }
    });
  }

  async *#prepare(
    samples: AsyncIterable<PositionedSample>,
  ): AsyncGenerator<readonly [number, Awaited<ReturnType<EvaluateRecord>>]> {
    const { evaluate } = this.#options;
    for await (const sample of samples) yield [sample.position, await evaluate(sample)];
  }

  #evaluateOptions(): EvaluateOptions {
    const { config, pipeline } = this.#options.run;
    return {
      pipeline,
      cases: this.#cases,
      evaluators: config.evaluators,
      paid: this.#options.paid,
      failFast: config.failFast,
      onError: config.onError,
      signal: this.#stop.signal,
      keepImages: this.#options.keepImages,
      fail: (error) => {
        this.#failure ??= { error };
        this.#stop.abort();
      },
    };
  }

  /** Records in flight. */
  #window(): number {
    const { paid, run } = this.#options;
    const { maxCalls } = paid;
    const cases =
      maxCalls === undefined
        ? (run.config.concurrency ?? BATCH_CASES)
        : Math.max(maxCalls * CASES_A_CALL, BATCH_CASES);
    return Math.max(1, Math.ceil(cases / Math.max(1, this.#cases.length)));
  }

  async #breathe(): Promise<void> {
    if (performance.now() - this.#lastBreath <= BREATHE_EVERY_MS) return;
    await setImmediate();
    this.#lastBreath = performance.now();
  }

  #throwIfAborted(): void {
    if (this.#options.signal?.aborted === true) throw cancelled();
  }
}

/** Yields the records up to the first failure, then throws its reason. */
function* madeOf(
  samples: readonly PositionedSample[],
  outcomes: readonly RecordOutcome[],
  { fail }: EvaluateOptions,
): Generator<MadeRecord> {
  for (const [index, outcome] of outcomes.entries()) {
    if ('error' in outcome) {
      fail(outcome.error);
      throw outcome.error;
    }
    yield { position: samples[index]!.position, rows: outcome.rows };
  }
}

function bindReader(writer: RunWriter): Pick<RunWriter, 'rows' | 'document'> {
  return {
    rows: (segment) => writer.rows(segment),
    document: (name) => writer.document(name),
  };
}
