import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { CallFailure, ResultRow, ScoreDetails } from '../results/result-row.js';
import { judgeCase } from '../run/judge-case.js';
import { setOwn } from '../set-own.js';
import type { ImportedCase } from './imported-run.js';
import type { MetricValues } from './metric-values.js';

/** What the rows of a run have in common. */
export interface RowContext {
  readonly provider: string;
  readonly model: string;
  readonly values: MetricValues;
  /** Names of the metrics that are scores. */
  readonly scores: readonly string[];
  readonly evaluators: ResolvedBenchmarkConfig['evaluators'];
}

/** Name of the prompt of an imported run: the tool has rendered it. */
export const IMPORTED_PROMPT = 'default';

/** Makes the row of an imported case. @param index Position of its record in the data set. */
export function importedRow(found: ImportedCase, index: number, context: RowContext): ResultRow {
  const { record, prompt, failure } = found;
  const asked = prompt ?? record.messages ?? record.input;
  const row: { -readonly [Key in keyof ResultRow]: ResultRow[Key] } = {
    index,
    id: found.id,
    line: index + 1,
    prompt: IMPORTED_PROMPT,
    provider: context.provider,
    model: context.model,
    epoch: found.epoch,
    ...(record.group === undefined ? {} : { group: record.group }),
    ...(typeof asked === 'string' ? { input: asked } : { messages: asked }),
    ...(record.expected === undefined || record.expected === null
      ? {}
      : { expected: record.expected }),
    ...withoutUndefined({
      // What has an answer can be scored again; a tool that kept none gave none.
      output: found.output ?? (failure === undefined ? '' : undefined),
      answer: found.answer,
      toolCalls: found.toolCalls,
      finishReason: found.finishReason,
      usage: found.usage,
    }),
    scores: {},
  };
  if (failure === undefined) takeScores(row, found, context);
  else row.failure = { stage: 'provider', ...failed(failure) };
  if (found.measured !== undefined) row.measured = found.measured;
  judgeCase(row, context.evaluators, 'missing');
  return row;
}

function takeScores(
  row: { -readonly [Key in keyof ResultRow]: ResultRow[Key] },
  { values, details: given = {} }: ImportedCase,
  context: RowContext,
): void {
  const scores: Record<string, number> = {};
  const errors: Record<string, CallFailure> = {};
  const details: Record<string, ScoreDetails> = {};
  for (const name of context.scores) {
    const value = Object.hasOwn(values, name) ? values[name]! : null;
    if (value === null) setOwn(errors, name, failed(UNSCORED));
    else setOwn(scores, name, context.values.scoreOf(name, value));
  }
  const isScore = new Set(context.scores);
  for (const [name, value] of Object.entries(values)) {
    const said = Object.hasOwn(given, name) ? given[name]! : {};
    const { low, high } = context.values.rangeOf(name);
    const isKept = value !== null && (!isScore.has(name) || low !== 0 || high !== 1);
    const metrics = isKept ? { ...said.metrics, value } : said.metrics;
    const kept = withoutUndefined({ ...said, metrics });
    if (Object.keys(kept).length > 0) setOwn(details, name, kept);
  }
  row.scores = scores;
  if (Object.keys(details).length > 0) row.details = details;
  if (Object.keys(errors).length > 0) row.errors = errors;
}

const UNSCORED = 'the imported file has no score of this case';

/** The tool's scorer or model is what a plugin is here. */
function failed(message: string): CallFailure {
  return { code: 'CALL_PLUGIN_FAILED', message };
}
