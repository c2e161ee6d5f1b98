import { latencySummary } from '@testbench/statistics';

import type { ResultRow } from '../results/result-row.js';
import { trajectoryOf } from '../run/conversation/transcript.js';
import { NumberColumn } from './number-column.js';
import { scoreSignature } from './score-signature.js';
import type {
  Amounts,
  JudgeUsage,
  Quantiles,
  SystemReport,
  TrajectoryReport,
} from './run-summary.js';

interface JudgeColumns {
  readonly totalMs: NumberColumn;
  readonly promptTokens: NumberColumn;
  readonly completionTokens: NumberColumn;
  readonly cost: NumberColumn;
}

/** Durations, tokens and cost of one system's calls: a few numbers per case. */
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
  #user: JudgeColumns | undefined;
  #trajectory: TrajectoryColumns | undefined;
  #cases = 0;
  #failed = 0;
  #dropped = 0;
  #cachedAnswers = 0;
  readonly #selfJudged = new Map<string, number>();

  add(row: ResultRow): void {
    const { measured, usage, failure, errors, dropped, details } = row;
    if (row.transcript !== undefined) (this.#trajectory ??= new TrajectoryColumns()).add(row);
    this.#cases += 1;
    if (failure !== undefined || errors !== undefined) this.#failed += 1;
    if (dropped !== undefined) this.#dropped += 1;
    for (const each of [failure, ...Object.values(errors ?? {})]) {
      if (each === undefined) continue;
      this.#failures.set(each.code, (this.#failures.get(each.code) ?? 0) + 1);
    }
    for (const [name, said] of Object.entries(details ?? {})) {
      if (said?.selfJudged !== true) continue;
      this.#selfJudged.set(name, (this.#selfJudged.get(name) ?? 0) + 1);
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
      addJudge(this.#judge(name), judge);
    }
    if (measured?.user !== undefined) addJudge((this.#user ??= judgeColumns()), measured.user);
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
    | 'user'
    | 'trajectory'
    | 'selfJudged'
  > {
    return {
      cases: this.#cases,
      failed: this.#failed,
      dropped: this.#dropped,
      failures: [...this.#failures]
        .map(([code, count]) => ({ code, count }))
        .toSorted((one, other) => other.count - one.count),
      latency: {
        queueMs: quantiles('latency.queueMs', this.#queueMs),
        firstTokenMs: quantiles('latency.firstTokenMs', this.#firstTokenMs),
        totalMs: quantiles('latency.totalMs', this.#totalMs),
      },
      tokens: {
        prompt: amounts('tokens.prompt', this.#prompt),
        completion: amounts('tokens.completion', this.#completion),
        cached: amounts('tokens.cached', this.#cached),
      },
      cost: amountsIfAny('cost', this.#cost),
      cachedAnswers: this.#cachedAnswers,
      judges: [...this.#judges].map(([evaluator, columns]): JudgeUsage =>
        Object.assign({ evaluator }, judgeUsage(evaluator, columns)),
      ),
      ...(this.#user === undefined ? {} : { user: judgeUsage('user', this.#user) }),
      ...(this.#trajectory === undefined ? {} : { trajectory: this.#trajectory.report() }),
      selfJudged: [...this.#selfJudged].map(([evaluator, cases]) => ({ evaluator, cases })),
    };
  }

  #judge(name: string): JudgeColumns {
    let columns = this.#judges.get(name);
    if (columns === undefined) {
      columns = judgeColumns();
      this.#judges.set(name, columns);
    }
    return columns;
  }
}

function judgeColumns(): JudgeColumns {
  return {
    totalMs: new NumberColumn(),
    promptTokens: new NumberColumn(),
    completionTokens: new NumberColumn(),
    cost: new NumberColumn(),
  };
}

function addJudge(
  columns: JudgeColumns,
  { totalMs, cost, usage }: NonNullable<NonNullable<ResultRow['measured']>['user']>,
): void {
  addTo(columns.totalMs, totalMs);
  addTo(columns.cost, cost);
  addTo(columns.promptTokens, usage?.promptTokens);
  addTo(columns.completionTokens, usage?.completionTokens);
}

function judgeUsage(name: string, columns: JudgeColumns): Omit<JudgeUsage, 'evaluator'> {
  return {
    totalMs: quantiles(`${name}.totalMs`, columns.totalMs),
    promptTokens: amounts(`${name}.promptTokens`, columns.promptTokens),
    completionTokens: amounts(`${name}.completionTokens`, columns.completionTokens),
    cost: amountsIfAny(`${name}.cost`, columns.cost),
  };
}

/** Figures of cases with a transcript. */
class TrajectoryColumns {
  readonly #columns = {
    steps: new NumberColumn(),
    turns: new NumberColumn(),
    toolCalls: new NumberColumn(),
    toolErrors: new NumberColumn(),
    toolFuel: new NumberColumn(),
  };
  readonly #ends = new Map<string, number>();

  add(row: ResultRow): void {
    const { steps, turns, tool_calls: calls, tool_errors: errors, fuel, ended } = trajectoryOf(row);
    const columns = this.#columns;
    columns.steps.add(steps);
    columns.turns.add(turns);
    columns.toolCalls.add(calls);
    columns.toolErrors.add(errors);
    columns.toolFuel.add(fuel);
    const end = ended ?? 'failed';
    this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
  }

  report(): TrajectoryReport {
    const columns = Object.entries(this.#columns).map(
      ([name, column]) => [name, amounts(`trajectory.${name}`, column)] as const,
    );
    return {
      ...(Object.fromEntries(columns) as Omit<TrajectoryReport, 'ends'>),
      ends: [...this.#ends]
        .map(([end, count]) => ({ end, count }))
        .toSorted((one, other) => other.count - one.count),
    };
  }
}

function addTo(column: NumberColumn, value: number | undefined): void {
  if (value !== undefined) column.add(value);
}

function quantiles(metric: string, column: NumberColumn): Quantiles {
  const found = latencySummary(column.present());
  const statistic = 'quantiles(type:7)';
  return { ...found, signature: scoreSignature({ metric, n: found.n, statistic }) };
}

function amounts(metric: string, column: NumberColumn): Amounts {
  return { ...quantiles(metric, column), total: column.sum() };
}

function amountsIfAny(metric: string, column: NumberColumn): Amounts | null {
  return column.length === 0 ? null : amounts(metric, column);
}
