import type { ResultRow } from '@testbench/bench/results';
import { csvLine } from '@testbench/bench/results';

import type { ReportedRun, Reporter, ReportOutput } from '../reporter.js';
import { type AnswerExtras, answerExtras } from '../text/answer-extras.js';
import { ownValue } from '../text/own-value.js';
import { selfJudges } from '../text/self-judges.js';

/** Columns of a row, before the columns of its scores. */
const TITLES = [
  'run',
  'index',
  'id',
  'group',
  'prompt',
  'provider',
  'model',
  'epoch',
  'input',
  'expected',
  'output',
  'score',
  'passed',
  'failure',
  'failure message',
  'dropped',
  'latency ms',
  'prompt tokens',
  'completion tokens',
  'cost',
  'cached',
] as const;

/** Writes all rows as CSV, with a column for each score and each explanation. No value begins like a spreadsheet formula. */
export function createCsvReporter(output: ReportOutput): Reporter {
  let reported: readonly ReportedRun[] = [];
  let evaluators: readonly string[] = [];
  let columns: readonly string[] = [];
  let titles: readonly (keyof AnswerExtras)[] = [];
  return {
    specificationVersion: 'v1',
    name: 'csv',
    async start(runs) {
      reported = runs;
      evaluators = [...new Set(runs.flatMap(({ plan }) => plan.evaluators.map(({ as }) => as)))];
      columns = [...new Set(runs.flatMap(({ plan }) => plan.dataset.columns))];
      titles = extraTitles(runs);
      await output.write(
        csvLine([
          ...TITLES,
          ...titles,
          ...columns.map((name) => `columns.${name}`),
          ...evaluators.map((name) => `scores.${name}`),
          ...evaluators.map((name) => `explanations.${name}`),
          'self-judged',
        ]),
      );
    },
    async row(row, run) {
      const { scores, details = {}, columns: fields = {} } = row;
      const extras = answerExtras(row);
      await output.write(
        csvLine([
          ...valuesOf(row, reported[run]!.run),
          ...titles.map((title) => extras[title]),
          ...columns.map((name) => ownValue(fields, name)),
          ...evaluators.map((name) => ownValue(scores, name)),
          ...evaluators.map((name) => ownValue(details, name)?.explanation),
          selfJudges(row, evaluators).join(', ') || undefined,
        ]),
      );
    },
    end() {
      // Everything has been written already.
    },
  };
}

/** Only runs whose plans have attachments, tools or turns get the columns. */
function extraTitles(runs: readonly ReportedRun[]): readonly (keyof AnswerExtras)[] {
  const some = (has: (plan: ReportedRun['plan']) => boolean): boolean =>
    runs.some(({ plan }) => has(plan));
  return [
    ...(some(({ dataset }) => dataset.attachments !== undefined) ? (['attachments'] as const) : []),
    ...(some(hasTranscripts) ? (['transcript'] as const) : []),
  ];
}

function hasTranscripts({ tools, conversation, dataset }: ReportedRun['plan']): boolean {
  return tools !== undefined || conversation !== undefined || dataset.fields['tools'] !== undefined;
}

/** In the order of the titles. */
function valuesOf(row: ResultRow, run: string): unknown[] {
  const { failure, errors = {}, dropped, measured, usage } = row;
  const failed = failure ?? Object.values(errors)[0];
  return [
    run,
    row.index,
    row.id,
    row.group,
    row.prompt,
    row.provider,
    row.model,
    row.epoch,
    row.input ?? row.messages,
    row.expected,
    row.output,
    row.score,
    row.passed,
    failed?.code,
    failed?.message,
    dropped === undefined ? undefined : (dropped.reason ?? true),
    measured?.totalMs,
    usage?.promptTokens,
    usage?.completionTokens,
    measured?.cost,
    measured?.cached,
  ];
}
