import { resolve } from 'node:path';

import { EvaluationError } from '../errors.js';
import { DEFAULT_TIMEOUT_MS, MAX_TABLE_ROWS, ROUNDING } from '../limits.js';
import {
  type EvaluationBaseline,
  readEvaluationBaseline,
  unusable,
  writeEvaluationBaseline,
} from './baseline.js';
import { type EvaluatedRow, Evaluation } from './evaluation.js';
import { type EvaluateOptions, type EvaluationRecord, thresholdOf } from './evaluation-options.js';
import { shownScore, shownValue, toTable } from './table.js';
import type { EvaluationSummary, EvaluatorSummary, TestRunner } from './test-runner.js';

/** Makes the tests of a suite: one for each record, one for the means, and one for the baseline. */
export function defineEvaluation(
  runner: TestRunner,
  records: readonly EvaluationRecord[],
  options: EvaluateOptions,
): void {
  const { name = 'evaluation', timeoutMs = DEFAULT_TIMEOUT_MS, baseline } = options;
  const evaluation = new Evaluation(records, options);
  // Failures point at the line that asked for the evaluation.
  const called = new EvaluationError('EVALUATION_FAILED', '');
  const at = (error: EvaluationError): EvaluationError => {
    const lines = (called.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    error.stack = [`${error.name}: ${error.message}`, ...lines.filter(isUsers)].join('\n');
    return error;
  };
  runner.suite(name, () => {
    runner.afterAll(() => evaluation.close());
    for (const [index, record] of records.entries()) {
      const id = evaluation.idOf(index);
      const about = shownValue(record.input);
      runner.test(about === '' ? id : `${id}: ${about}`, timeoutMs, async ({ note }) => {
        const row = await evaluation.row(index);
        note(tableOf([row]));
        const low = lowScores(row, options.recordThreshold);
        if (low === undefined) return;
        throw at(
          new EvaluationError(
            'EVALUATION_BELOW_THRESHOLD',
            `Cannot accept record "${row.id}": ${low}\n\n${tableOf([row])}`,
          ),
        );
      });
    }
    const whole = timeoutMs * Math.max(1, records.length);
    runner.test('reaches its thresholds', whole, async ({ note, summarise }) => {
      const rows = await evaluation.rows();
      const summary = summaryOf(name, records.length, rows, options, resolvedBaseline(baseline));
      summarise(summary);
      note(summaryTable(summary));
      const missed = summary.evaluators.find(
        ({ mean, threshold }) => threshold !== undefined && (mean ?? 0) < threshold - ROUNDING,
      );
      if (missed === undefined) return;
      throw at(belowThreshold(missed, rows));
    });
    if (baseline === undefined) return;
    runner.test('is not below its baseline', whole, async ({ note }) => {
      const rows = await evaluation.rows();
      const path = resolve(baseline);
      const mode = process.env['TESTBENCH_UPDATE_BASELINE'] === '1' ? 'all' : runner.updateMode();
      const kept = mode === 'all' ? undefined : readEvaluationBaseline(path);
      if (rows.length < records.length) {
        throw at(unusable(path, `${records.length - rows.length} records have no score`));
      }
      const made = baselineOf(rows);
      if (kept === undefined) {
        if (mode === 'none') {
          throw at(unusable(path, 'there is none; run the tests with -u to write it'));
        }
        writeEvaluationBaseline(path, made);
        note(`wrote ${path}`);
        return;
      }
      const problem = compareBaselines(kept, made, rows, options.tolerance ?? 0);
      if (problem !== undefined) throw at(problem);
    });
  });
}

function isUsers(line: string): boolean {
  return !/[\\/]@?testbench[\\/]vitest[\\/]|[\\/]packages[\\/]vitest[\\/](?:src|dist)[\\/](?!.*\.test\.)/.test(
    line,
  );
}

function resolvedBaseline(baseline: string | undefined): EvaluationBaseline | undefined {
  if (baseline === undefined) return undefined;
  try {
    return readEvaluationBaseline(resolve(baseline));
  } catch {
    // Its own test says what is wrong with it.
    return undefined;
  }
}

function lowScores(
  { scores }: EvaluatedRow,
  threshold: EvaluateOptions['recordThreshold'],
): string | undefined {
  const low = [...scores].flatMap(([name, { score }]) => {
    const least = thresholdOf(threshold, name);
    return least === undefined || (score ?? 0) >= least - ROUNDING
      ? []
      : [`${name} is ${shownScore(score)}, threshold is ${shownScore(least)}`];
  });
  return low.length === 0 ? undefined : low.join('; ');
}

function summaryOf(
  name: string,
  records: number,
  rows: readonly EvaluatedRow[],
  { threshold }: EvaluateOptions,
  baseline: EvaluationBaseline | undefined,
): EvaluationSummary {
  const evaluators = [...(rows[0]?.scores.keys() ?? [])].map((evaluator) =>
    evaluatorSummary(evaluator, rows, threshold, baseline),
  );
  return { name, records, evaluators };
}

function evaluatorSummary(
  name: string,
  rows: readonly EvaluatedRow[],
  thresholds: EvaluateOptions['threshold'],
  baseline: EvaluationBaseline | undefined,
): EvaluatorSummary {
  const threshold = thresholdOf(thresholds, name);
  const before = baseline?.means[name];
  const scores = scoresOf(rows, name);
  return {
    name,
    mean: meanOf(scores),
    scored: scores.length,
    ...(threshold === undefined ? {} : { threshold }),
    ...(before === undefined ? {} : { baseline: before }),
  };
}

/** The table of a summary. */
export function summaryTable({ evaluators, records }: EvaluationSummary): string {
  return toTable(
    ['evaluator', 'mean', 'threshold', 'baseline', 'records'],
    evaluators.map(({ name, mean, threshold, baseline, scored }) => [
      name,
      shownScore(mean),
      shownScore(threshold),
      shownScore(baseline),
      scored === records ? String(records) : `${scored} of ${records}`,
    ]),
  );
}

function scoresOf(rows: readonly EvaluatedRow[], name: string): readonly number[] {
  return rows.flatMap(({ scores }) => scores.get(name)?.score ?? []);
}

function meanOf(scores: readonly number[]): number | null {
  if (scores.length === 0) return null;
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function belowThreshold(
  { name, mean, threshold }: EvaluatorSummary,
  rows: readonly EvaluatedRow[],
): EvaluationError {
  const lowest = rows
    .filter(({ scores }) => (scores.get(name)?.score ?? 0) < 1)
    .toSorted((one, other) => scoreOf(one, name) - scoreOf(other, name));
  const left = lowest.length - MAX_TABLE_ROWS;
  const more = left > 0 ? `\n  … and ${left} more` : '';
  return new EvaluationError(
    'EVALUATION_BELOW_THRESHOLD',
    `Cannot accept "${name}": the mean is ${shownScore(mean)}, threshold is ${shownScore(threshold)}\n\n${tableOf(lowest.slice(0, MAX_TABLE_ROWS))}${more}`,
  );
}

function scoreOf({ scores }: EvaluatedRow, name: string): number {
  return scores.get(name)?.score ?? 0;
}

function tableOf(rows: readonly EvaluatedRow[]): string {
  const names = [...(rows[0]?.scores.keys() ?? [])];
  return toTable(
    ['record', ...names, 'output', 'expected'],
    rows.map(({ id, scores, output, record }) => [
      shownValue(id),
      ...names.map((name) => shownScore(scores.get(name)?.score)),
      shownValue(output),
      shownValue(record.expected),
    ]),
  );
}

function baselineOf(rows: readonly EvaluatedRow[]): EvaluationBaseline {
  const names = [...(rows[0]?.scores.keys() ?? [])];
  return {
    formatVersion: 1,
    means: Object.fromEntries(names.map((name) => [name, meanOf(scoresOf(rows, name)) ?? 0])),
    records: Object.fromEntries(
      rows.map(({ id, scores }) => [
        id,
        Object.fromEntries([...scores].map(([name, { score }]) => [name, score])),
      ]),
    ),
  };
}

function compareBaselines(
  kept: EvaluationBaseline,
  made: EvaluationBaseline,
  rows: readonly EvaluatedRow[],
  tolerance: number,
): EvaluationError | undefined {
  const lost = Object.keys(kept.records).filter((id) => !Object.hasOwn(made.records, id));
  const added = Object.keys(made.records).filter((id) => !Object.hasOwn(kept.records, id));
  if (lost.length + added.length > 0) {
    return new EvaluationError(
      'EVALUATION_BASELINE_UNUSABLE',
      `Cannot compare with the baseline: ${added.length} records are new and ${lost.length} have gone; run the tests with -u to accept this`,
    );
  }
  for (const [name, before] of Object.entries(kept.means)) {
    const now = made.means[name];
    if (now === undefined) {
      return new EvaluationError(
        'EVALUATION_BASELINE_UNUSABLE',
        `Cannot compare with the baseline: the evaluator "${name}" has gone; run the tests with -u to accept this`,
      );
    }
    if (now >= before - tolerance - ROUNDING) continue;
    const worse = rows.filter(
      (row) => scoreOf(row, name) < (kept.records[row.id]?.[name] ?? 0) - ROUNDING,
    );
    return new EvaluationError(
      'EVALUATION_BELOW_BASELINE',
      `Cannot accept "${name}": the mean is ${shownScore(now)}, that of the baseline is ${shownScore(before)}; worse than before:\n\n${tableOf(worse.slice(0, MAX_TABLE_ROWS))}`,
    );
  }
  return undefined;
}
