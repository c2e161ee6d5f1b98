import type { RunEvent, RunHooks } from '@testbench/bench/shards';
import type { ResultRow } from '@testbench/bench/results';

const PLAN = `sha256:${'0'.repeat(64)}`;

/** A row of a paid model and a paid judge, with an evaluator that waits for nothing. */
export function paidRow(index: number, change: Partial<ResultRow> = {}): ResultRow {
  const startedAt = new Date(1_000_000 + 1000 * index).toISOString();
  return {
    index,
    id: `r${index}`,
    prompt: 'default',
    provider: 'openai',
    model: 'small',
    epoch: 1,
    output: 'an answer',
    finishReason: 'stop',
    usage: { promptTokens: 9, completionTokens: 3, cachedTokens: 4 },
    scores: { exact: 1, judge: 0.5 },
    details: { judge: { explanation: 'half right' } },
    fuel: { exact: 100 },
    measured: {
      startedAt,
      queueMs: 20,
      totalMs: 400,
      attempts: 2,
      cost: 0.25,
      fuel: { provider: 50, judge: 60 },
      judges: {
        judge: {
          startedAt,
          queueMs: 1,
          totalMs: 100,
          attempts: 1,
          cost: 0.125,
          usage: { promptTokens: 20, completionTokens: 2, cachedTokens: 0 },
        },
      },
    },
    ...change,
  };
}

/** Which records an event is about. */
export interface EventRange {
  readonly from: number;
  readonly to: number;
  readonly traceparent?: string | undefined;
}

/** Reports a run or a shard, with its rows, to hooks as the bench does. */
export function tellRun(
  hooks: RunHooks,
  kind: 'run' | 'shard',
  { traceparent, ...range }: EventRange,
  rows: readonly ResultRow[],
  { error, isEarlier = false }: { readonly error?: unknown; readonly isEarlier?: boolean } = {},
): void {
  const place = {
    run: 'small-0123456789ab',
    plan: PLAN,
    ...range,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const tell = (event: RunEvent): void => hooks.onEvent(event);
  tell({ ...place, type: `${kind}-start`, timestampMs: 900_000 });
  for (const row of rows) tell({ ...place, type: 'record-end', rows: [row], isEarlier });
  for (const [stage, plugin] of [
    ['providers[0]', 'openai'],
    ['exact', 'exact-match'],
    ['judge', 'llm-judge'],
  ] as const) {
    const calls = rows.length;
    const figures = { calls, failedCalls: 0, fuelUsed: 100 * calls, timeMs: 2 * calls };
    tell({
      ...place,
      type: 'stage-end',
      stage,
      plugin,
      version: '1.0.0',
      digest: PLAN,
      ...figures,
    });
  }
  tell({
    ...place,
    type: `${kind}-end`,
    timestampMs: 2_000_000,
    durationMs: 1_100_000,
    rows: rows.length,
    failedRows: 0,
    ...(error === undefined ? {} : { error }),
  });
}
