import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';

import type { PlanContent } from '@testbench/bench';
import {
  createFolderRuns,
  readRun,
  type ResultRow,
  ScoreBoard,
  type StoredRun,
} from '@testbench/bench/results';

/** The content to write: anything with a plan and rows, such as a made-up run. */
export type RunContent = Pick<StoredRun, 'plan' | 'rows'>;

/**
 * Writes a run into a folder, as `testbench run` would.
 *
 * @param records Number of records to write. @default all, with a summary
 */
export async function writeRun(folder: string, run: RunContent, records?: number): Promise<void> {
  const { plan } = run;
  const writer = await createFolderRuns(dirname(folder)).open(basename(folder));
  await writer.writeDocument('plan', `${JSON.stringify(plan)}\n`);
  const end = records ?? plan.dataset.records;
  const rows: ResultRow[] = [];
  if (end > 0) {
    const segment = await writer.begin(0);
    for await (const row of run.rows()) {
      if (row.index >= end) break;
      rows.push(row);
      await segment.write(JSON.stringify(row));
    }
    await segment.complete(end);
  }
  await writer.close();
  if (records !== undefined) return;
  const { digest } = await readRun(folder);
  const again = await createFolderRuns(dirname(folder)).open(basename(folder));
  await again.writeDocument('summary', JSON.stringify(summaryOf(digest, plan, rows)));
  await again.close();
}

function summaryOf(digest: string, plan: PlanContent, rows: readonly ResultRow[]): object {
  const systems = plan.prompts.flatMap(({ name: prompt }) =>
    plan.providers.flatMap(({ as: provider, models }) =>
      models.map(({ name: model }) => ({ prompt, provider, model })),
    ),
  );
  const evaluators = plan.evaluators.map(({ as: name }) => ({ name }));
  const board = new ScoreBoard({ systems, evaluators });
  const byRecord = groupByRecord(rows);
  for (const ofRecord of byRecord.values()) board.add(ofRecord);
  const failed = rows.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  const stages = [
    ...plan.providers.map((plugin, index) => ({
      plugin,
      stage: `providers[${index}]`,
      type: 'provider',
    })),
    ...plan.evaluators.map((plugin) => ({ plugin, stage: plugin.as, type: 'evaluator' })),
  ];
  return {
    formatVersion: 2,
    name: plan.name,
    plan: digest,
    onError: plan.onError,
    dataset: {
      format: 'jsonl',
      offset: 0,
      digest: plan.dataset.digest,
    },
    records: plan.dataset.records,
    cases: rows.length,
    failedCases: failed.length,
    prompts: plan.prompts.map(({ name }) => name),
    providers: plan.providers.map(({ as }) => as),
    models: plan.providers.flatMap(({ models }) => models.map(({ name }) => name)),
    evaluators: plan.evaluators.map(({ as }) => as),
    epochs: plan.epochs,
    scores: board.summaries(),
    systems: board.systems(),
    failures:
      first === undefined
        ? []
        : [
            {
              stage: 'providers[0]',
              code: 'CALL_FAILED',
              cause: 'the server is busy',
              count: failed.length,
              retryable: true,
              first: { ...nameOf(first), message: first.failure?.message ?? '' },
            },
          ],
    plugins: stages.map(({ plugin, stage, type }) => ({
      stage,
      type,
      name: plugin.name,
      version: plugin.version,
      digest: plugin.digest,
      calls: rows.length,
      failedCalls: type === 'provider' ? failed.length : 0,
      fuelUsed: rows.length * 4321,
    })),
    measured: {
      startedAt: '2026-01-02T03:04:05.000Z',
      durationMs: 1234,
      paid: {
        promptTokens: 0,
        completionTokens: 0,
        cachedTokens: 0,
        cachedAnswers: 0,
      },
      timeMs: Object.fromEntries(stages.map(({ stage }) => [stage, 17])),
      resumedRecords: 0,
      repeatedCalls: 0,
    },
  };
}

function groupByRecord(rows: readonly ResultRow[]): Map<number, ResultRow[]> {
  const groups = new Map<number, ResultRow[]>();
  for (const row of rows) groups.set(row.index, [...(groups.get(row.index) ?? []), row]);
  return groups;
}

function nameOf({ index, prompt, provider, model, epoch }: ResultRow): object {
  return { index, prompt, provider, model, epoch };
}

/** A small made-up run: model `m`, evaluators `exact` and `judge`. */
export function makeRun(
  records: number,
  change: (row: ResultRow) => ResultRow = (row) => row,
): RunContent {
  const digestOf = (text: string): string =>
    `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const plugin = (name: string) => ({
    name,
    version: '1.2.3',
    digest: digestOf(name),
    config: {},
    limits: {},
  });
  const plan: PlanContent = {
    formatVersion: 1,
    contract: '1.0.0',
    name: 'small',
    seed: 0,
    onError: 'missing',
    dataset: {
      digest: digestOf('data'),
      records,
      offset: 0,
      fields: {},
      columns: [],
    },
    prompts: [
      {
        name: 'p',
        template: '{{input}}',
      },
    ],
    providers: [
      {
        ...plugin('replay'),
        as: 'o',
        models: [
          {
            name: 'm',
            parameters: {},
          },
        ],
      },
    ],
    transforms: [],
    evaluators: ['exact', 'judge'].map((as) =>
      Object.assign(plugin(as), { as, fields: {}, weight: 1 }),
    ),
    filters: [],
    epochs: {
      count: 1,
      reducer: 'mean',
    },
  };
  return {
    plan,
    async *rows() {
      for (let index = 0; index < records; index += 1) {
        yield change({
          index,
          id: `r${index}`,
          line: index + 1,
          prompt: 'p',
          provider: 'o',
          model: 'm',
          epoch: 1,
          input: `question ${index}`,
          output: `answer ${index}`,
          expected: 'answer',
          scores: {
            exact: index % 2,
            judge: 1,
          },
        });
      }
    },
  };
}
