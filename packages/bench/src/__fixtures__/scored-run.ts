import { createHash } from 'node:crypto';

import type { PlanContent } from '../plan/plan.js';
import type { ResultRow } from '../results/result-row.js';
import type { ScoredRun } from '../summary/score-table.js';

/** The fields of a row that a test sets; the rest is filled in. */
export type PartialRow = Partial<ResultRow> & Pick<ResultRow, 'index'>;

/** A stored run of one prompt and provider as `readRun` would return it. */
export interface RunSetting {
  readonly run?: string;
  readonly models?: readonly string[];
  readonly evaluators?: readonly (Partial<PlanContent['evaluators'][number]> & {
    readonly as: string;
  })[];
  readonly data?: string;
  readonly plan?: Partial<PlanContent>;
  readonly rows: readonly PartialRow[];
}

export function scoredRun(setting: RunSetting): ScoredRun {
  const { run = 'test', models = ['m'], data = 'data', rows, plan } = setting;
  const { evaluators = [{ as: 'exact' }] } = setting;
  const digest = (text: string): string =>
    `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const records = new Set(rows.map(({ index }) => index)).size;
  return {
    path: `/runs/${run}`,
    run,
    digest: digest(run),
    plan: {
      name: 'test',
      dataset: { digest: digest(data), records },
      prompts: [{ name: 'p' }],
      providers: [{ as: 'o', models: models.map((name) => ({ name, parameters: {} })) }],
      evaluators: evaluators.map((evaluator) =>
        Object.assign(
          { version: '1.0.0', digest: digest(evaluator.as), config: {}, weight: 1 },
          evaluator,
        ),
      ),
      epochs: { count: 1, reducer: 'mean' },
      onError: 'missing',
      ...plan,
    } as unknown as PlanContent,
    records,
    isComplete: true,
    async *rows() {
      for (const row of rows) {
        yield {
          prompt: 'p',
          provider: 'o',
          model: models[0]!,
          epoch: 1,
          scores: {},
          ...row,
        };
      }
    },
  };
}

/** Rows of one model and evaluator, one score per record. */
export function rowsOf(scores: readonly number[], more: Partial<ResultRow> = {}): PartialRow[] {
  return scores.map((score, index) => ({ index, scores: { exact: score }, ...more }));
}
