import type { ResultRow } from '@testbench/bench/results';

import type { ReportedRun, Reporter, ReportOutput } from '../reporter.js';
import { ownValue } from '../text/own-value.js';

/** Log records per line: a collector accepts a few megabytes at once. */
const BATCH_RECORDS = 500;
/** Severity `INFO` of the log data model. */
const SEVERITY_INFO = 9;

interface Attribute {
  readonly key: string;
  readonly value:
    | { readonly stringValue: string }
    | { readonly doubleValue: number }
    | { readonly intValue: string }
    | { readonly boolValue: boolean };
}

/**
 * Writes each score as an OpenTelemetry event `gen_ai.evaluation.result`: lines of OTLP in JSON, as collectors read them from a file, or take them at
 * `/v1/logs`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/
 */
export function createOtelReporter(output: ReportOutput): Reporter {
  let reported: readonly ReportedRun[] = [];
  let records: object[] = [];
  let current = 0;
  const flush = async (): Promise<void> => {
    if (records.length === 0) return;
    await output.write(`${JSON.stringify(formatBatch(reported[current]!, records))}\n`);
    records = [];
  };
  return {
    specificationVersion: 'v1',
    name: 'otel',
    start(runs) {
      reported = runs;
    },
    async row(row, run) {
      if (run !== current) await flush();
      current = run;
      const { writtenAt, plan } = reported[run]!;
      for (const { as: name, threshold } of plan.evaluators) {
        const record = formatRecord(row, name, threshold, writtenAt);
        if (record !== undefined) records.push(record);
      }
      if (records.length >= BATCH_RECORDS) await flush();
    },
    end: flush,
  };
}

function formatBatch({ run, digest, plan }: ReportedRun, logRecords: readonly object[]): object {
  const attributes = compact([
    text('service.name', 'testbench'),
    text('testbench.run', run),
    text('testbench.benchmark', plan.name),
    text('testbench.plan.digest', digest),
    text('testbench.dataset.digest', plan.dataset.digest),
  ]);
  const scope = { name: '@testbench/report' };
  return { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ scope, logRecords }] }] };
}

/** Undefined if the evaluator gave no result, and nothing failed. */
function formatRecord(
  row: ResultRow,
  evaluator: string,
  threshold: number | undefined,
  writtenAt: string,
): object | undefined {
  const { scores, errors = {}, details = {}, failure, dropped, measured } = row;
  const score = ownValue(scores, evaluator);
  const error = ownValue(errors, evaluator) ?? failure;
  if (score === undefined && error === undefined) return undefined;
  // The call's own time, if there is one.
  const at = nanoseconds(measured?.startedAt ?? writtenAt);
  return {
    timeUnixNano: at,
    observedTimeUnixNano: at,
    severityNumber: SEVERITY_INFO,
    eventName: 'gen_ai.evaluation.result',
    attributes: compact([
      text('gen_ai.evaluation.name', evaluator),
      double('gen_ai.evaluation.score.value', score),
      text('gen_ai.evaluation.score.label', labelOf(score, threshold)),
      text('gen_ai.evaluation.explanation', ownValue(details, evaluator)?.explanation),
      text('gen_ai.request.model', row.model),
      text('error.type', error?.code),
      text('testbench.record.id', row.id),
      integer('testbench.record.index', row.index),
      text('testbench.record.group', row.group),
      text('testbench.prompt', row.prompt),
      text('testbench.provider', row.provider),
      integer('testbench.epoch', row.epoch),
      ownValue(details, evaluator)?.selfJudged === true
        ? { key: 'testbench.evaluation.self_judged', value: { boolValue: true } }
        : undefined,
      text('testbench.dropped', dropped === undefined ? undefined : (dropped.reason ?? 'dropped')),
    ]),
  };
}

/** Only a threshold determines whether a score is right. */
function labelOf(score: number | undefined, threshold: number | undefined): string | undefined {
  if (score === undefined || threshold === undefined) return undefined;
  return score >= threshold ? 'pass' : 'fail';
}

/** As text: a JavaScript number cannot represent it exactly. */
function nanoseconds(time: string): string {
  return String(BigInt(Date.parse(time)) * 1_000_000n);
}

function compact(attributes: readonly (Attribute | undefined)[]): Attribute[] {
  return attributes.filter((attribute) => attribute !== undefined);
}

function text(key: string, value: string | undefined): Attribute | undefined {
  return value === undefined ? undefined : { key, value: { stringValue: value.toWellFormed() } };
}

function double(key: string, value: number | undefined): Attribute | undefined {
  return value === undefined ? undefined : { key, value: { doubleValue: value } };
}

function integer(key: string, value: number): Attribute {
  return { key, value: { intValue: String(value) } };
}
