import type { ResultRow } from '@testbench/bench/results';

import { BoundedLabels, type Labels } from './bounded-labels.js';
import type { MetricSink } from './metric-sink.js';
import { type ModelCall, modelCallsOf, PROVIDER, providerName } from './model-calls.js';
import type { EndEvent, RecordEvent, StageEvent } from './run-event.js';

/** Counts the calls, tokens, cost and scores in rows. */
export class RunMetrics {
  readonly #sink: MetricSink;
  readonly #labels = new BoundedLabels();

  constructor(sink: MetricSink) {
    this.#sink = sink;
  }

  /** A run or a shard began. */
  begin(): void {
    this.#sink.add('testbench.active_shards', 1, {});
  }

  /** A run or a shard ended. */
  end({ error }: EndEvent): void {
    this.#sink.add('testbench.active_shards', -1, {});
    const outcome = error === undefined ? 'ok' : 'failed';
    this.#sink.add('testbench.shards', 1, { 'testbench.outcome': outcome });
  }

  /**
   * The time of a stage; its calls were counted with their rows.
   *
   * @param provider The name of its provider, if it is one.
   */
  stage({ stage, timeMs }: StageEvent, provider: string | undefined): void {
    if (!(timeMs > 0)) return;
    const labels = this.#labels.of({ 'testbench.stage': provider ?? stage });
    this.#sink.add('testbench.stage.time', timeMs / 1000, labels);
  }

  /** Rows of a record that were made in this process. */
  record({ rows }: RecordEvent): void {
    this.#sink.add('testbench.records', 1, {});
    for (const row of rows) this.#row(row);
  }

  #row(row: ResultRow): void {
    const { failure, errors = {}, dropped, scores, fuel = {}, measured } = row;
    const hasFailed = failure !== undefined || Object.keys(errors).length > 0;
    const outcome = hasFailed ? 'failed' : dropped === undefined ? 'ok' : 'dropped';
    this.#sink.add('testbench.cases', 1, { 'testbench.outcome': outcome });
    for (const stage in fuel) this.#call(row, stage, fuel[stage]!);
    const waited = measured?.fuel ?? {};
    for (const stage in waited) this.#call(row, stage, waited[stage]!);
    if (failure !== undefined) this.#error(row, failure.stage, failure.code);
    for (const [name, { code }] of Object.entries(errors)) this.#error(row, name, code);
    for (const name in scores) {
      const label = this.#labels.of({ 'gen_ai.evaluation.name': name });
      this.#sink.add('testbench.evaluation.score', scores[name]!, label);
    }
    for (const call of modelCallsOf(row)) this.#modelCall(row, call);
  }

  /** A call that gave an answer has fuel; one that failed has a code. */
  #call(row: ResultRow, stage: string, fuel: number): void {
    const labels = this.#stageLabels(row, stage);
    this.#sink.add('testbench.stage.calls', 1, labels);
    this.#sink.add('testbench.stage.fuel', fuel, labels);
  }

  #error(row: ResultRow, stage: string, code: string): void {
    this.#sink.add('testbench.stage.calls', 1, this.#stageLabels(row, stage));
    const labels = this.#stageLabels(row, stage, code);
    this.#sink.add('testbench.stage.errors', 1, labels);
  }

  #stageLabels({ provider }: ResultRow, stage: string, code?: string): Labels {
    return this.#labels.of({
      'testbench.stage': stage === PROVIDER ? provider : stage,
      'error.type': code,
    });
  }

  #modelCall(row: ResultRow, { stage, provider, model, measured, usage, error }: ModelCall): void {
    const { queueMs, totalMs, attempts, cached, cost } = measured;
    const named = this.#stageLabels(row, stage);
    if (cached === true) {
      this.#sink.add('testbench.call.cached', 1, named);
      return;
    }
    const labels = this.#labels.of({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': providerName(provider),
      'gen_ai.request.model': model,
    });
    if (attempts !== undefined) this.#sink.add('testbench.call.attempts', attempts, named);
    if (queueMs !== undefined) this.#sink.add('testbench.call.queue_time', queueMs / 1000, named);
    if (totalMs !== undefined) {
      const failed = this.#labels.of({ 'error.type': error });
      const timed = { ...labels, ...failed };
      this.#sink.add('gen_ai.client.inference.duration', totalMs / 1000, timed);
    }
    if (cost !== undefined) {
      const account = stage === PROVIDER ? 'model' : 'judge';
      this.#sink.add('testbench.cost', cost, { ...labels, 'testbench.account': account });
    }
    if (usage === undefined) return;
    const { promptTokens, completionTokens, cachedTokens } = usage;
    const name = 'gen_ai.client.inference.usage';
    this.#sink.add(`${name}.input_tokens`, promptTokens, labels);
    this.#sink.add(`${name}.output_tokens`, completionTokens, labels);
    if (cachedTokens > 0) {
      this.#sink.add(`${name}.cache_read.input_tokens`, cachedTokens, labels);
    }
  }
}
