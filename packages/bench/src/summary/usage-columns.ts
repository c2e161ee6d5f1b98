import { latencySummary } from '@testbench/statistics';

import type { ResultRow } from '../results/result-row.js';
import { NumberColumn } from './number-column.js';
import type { Amounts, JudgeUsage, Quantiles, SystemReport } from './run-summary.js';

interface JudgeColumns {
  readonly totalMs: NumberColumn;
  readonly promptTokens: NumberColumn;
  readonly completionTokens: NumberColumn;
  readonly cost: NumberColumn;
}

/** Durations, tokens and money of one system's calls, a few numbers a case. */
export class UsageColumns {
  readonly #queueMs = new NumberColumn();
  readonly #firstTokenMs = new NumberColumn();
  readonly #totalMs = new NumberColumn();
  readonly #cost = new NumberColumn();
  readonly #prompt = new NumberColumn();
  readonly #completion = new NumberColumn();
  readonly #cached = new NumberColumn();
  readonly #judges = new Map<string, JudgeColumns>();
  readonly #failures = new Map<string, number>();
  #cases = 0;
  #failed = 0;
  #dropped = 0;
  #cachedAnswers = 0;

  add({ measured, usage, failure, errors, dropped }: ResultRow): void {
    this.#cases += 1;
    if (failure !== undefined || errors !== undefined) this.#failed += 1;
    if (dropped !== undefined) this.#dropped += 1;
    for (const each of [failure, ...Object.values(errors ?? {})]) {
      if (each === undefined) continue;
      this.#failures.set(each.code, (this.#failures.get(each.code) ?? 0) + 1);
    }
    addTo(this.#queueMs, measured?.queueMs);
    addTo(this.#firstTokenMs, measured?.firstTokenMs);
    addTo(this.#totalMs, measured?.totalMs);
    addTo(this.#cost, measured?.cost);
    addTo(this.#prompt, usage?.promptTokens);
    addTo(this.#completion, usage?.completionTokens);
    addTo(this.#cached, usage?.cachedTokens);
    if (measured?.cached === true) this.#cachedAnswers += 1;
    for (const [name, judge] of Object.entries(measured?.judges ?? {})) {
      const columns = this.#judge(name);
      addTo(columns.totalMs, judge.totalMs);
      addTo(columns.cost, judge.cost);
      addTo(columns.promptTokens, judge.usage?.promptTokens);
      addTo(columns.completionTokens, judge.usage?.completionTokens);
    }
  }

  report(): Pick<
    SystemReport,
    | 'cases'
    | 'failed'
    | 'dropped'
    | 'failures'
    | 'latency'
    | 'tokens'
    | 'cost'
    | 'cachedAnswers'
    | 'judges'
  > {
    return {
      cases: this.#cases,
      failed: this.#failed,
      dropped: this.#dropped,
      failures: [...this.#failures]
        .map(([code, count]) => ({ code, count }))
        .toSorted((one, other) => other.count - one.count),
      latency: {
        queueMs: quantiles(this.#queueMs),
        firstTokenMs: quantiles(this.#firstTokenMs),
        totalMs: quantiles(this.#totalMs),
      },
      tokens: {
        prompt: amounts(this.#prompt),
        completion: amounts(this.#completion),
        cached: amounts(this.#cached),
      },
      cost: amountsIfAny(this.#cost),
      cachedAnswers: this.#cachedAnswers,
      judges: [...this.#judges].map(([evaluator, columns]): JudgeUsage => ({
        evaluator,
        totalMs: quantiles(columns.totalMs),
        promptTokens: amounts(columns.promptTokens),
        completionTokens: amounts(columns.completionTokens),
        cost: amountsIfAny(columns.cost),
      })),
    };
  }

  #judge(name: string): JudgeColumns {
    let columns = this.#judges.get(name);
    if (columns === undefined) {
      columns = {
        totalMs: new NumberColumn(),
        promptTokens: new NumberColumn(),
        completionTokens: new NumberColumn(),
        cost: new NumberColumn(),
      };
      this.#judges.set(name, columns);
    }
    return columns;
  }
}

function addTo(column: NumberColumn, value: number | undefined): void {
  if (value !== undefined) column.add(value);
}

function quantiles(column: NumberColumn): Quantiles {
  return latencySummary(column.present());
}

function amounts(column: NumberColumn): Amounts {
  const values = column.present();
  return { ...latencySummary(values), total: values.reduce((sum, value) => sum + value, 0) };
}

function amountsIfAny(column: NumberColumn): Amounts | null {
  return column.length === 0 ? null : amounts(column);
}
