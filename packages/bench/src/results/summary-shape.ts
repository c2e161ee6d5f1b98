import type { BenchmarkSummary } from './benchmark-summary.js';
import {
  amount,
  anything,
  count,
  fieldsOf,
  finite,
  flag,
  listOf,
  mapOf,
  orNull,
  parseStored,
  type Shape,
  sha256,
  share,
  text,
} from './stored-shape.js';

const SYSTEM = { prompt: text, provider: text, model: text } as const;
const PLACE = { index: count } as const;
const interval = fieldsOf({ low: finite, high: finite });
const setValue = fieldsOf({ value: finite, interval: orNull(interval) });

const scores = fieldsOf({
  ...SYSTEM,
  evaluator: text,
  n: count,
  mean: orNull(finite),
  standardDeviation: orNull(amount),
  interval: orNull(fieldsOf({ low: finite, high: finite, method: text })),
  epochDeviation: orNull(amount),
  errors: count,
  errorCodes: mapOf(
    fieldsOf({ count, first: fieldsOf({ ...PLACE, message: text }, { line: count }) }),
  ),
  dropped: count,
});

const failures = fieldsOf(
  {
    stage: text,
    code: text,
    cause: text,
    count,
    retryable: flag,
    first: fieldsOf(
      { ...PLACE, ...SYSTEM, epoch: count, message: text },
      { id: text, line: count },
    ),
  },
  { place: text, status: count, hint: text },
);

const sets = fieldsOf(
  {
    evaluator: text,
    labels: mapOf(text),
    n: count,
    errors: count,
    dropped: count,
    score: orNull(setValue),
    metrics: mapOf(setValue),
    bootstrap: orNull(fieldsOf({ confidence: share, resamples: count, seed: count })),
  },
  { explanation: text, withoutInterval: text, failure: fieldsOf({ code: text, message: text }) },
);

const paid: Shape = fieldsOf(
  { promptTokens: count, completionTokens: count, cachedTokens: count, cachedAnswers: count },
  { cost: amount },
);

const SUMMARY = fieldsOf(
  {
    formatVersion: (node) => node.wholeNumber(2, 2),
    name: text,
    plan: sha256,
    dataset: fieldsOf(
      { format: text, offset: count, digest: sha256 },
      { path: anything, limit: count, sample: anything, shuffle: anything },
    ),
    records: count,
    cases: count,
    failedCases: count,
    prompts: listOf(text),
    providers: listOf(text),
    models: listOf(text),
    evaluators: listOf(text),
    epochs: fieldsOf({ count, reducer: text }),
    onError: (node) => node.oneOf(['missing', 'wrong']),
    scores: listOf(scores),
    systems: listOf(
      fieldsOf(
        { ...SYSTEM, cases: count, failed: count, dropped: count },
        { passed: count, notPassed: count },
      ),
    ),
    failures: listOf(failures),
    plugins: listOf(
      fieldsOf({
        stage: text,
        type: text,
        name: text,
        version: text,
        digest: text,
        calls: count,
        failedCalls: count,
        fuelUsed: amount,
      }),
    ),
    measured: fieldsOf(
      {
        startedAt: text,
        durationMs: amount,
        paid,
        timeMs: mapOf(amount),
        resumedRecords: count,
        repeatedCalls: count,
      },
      { peakMemoryBytes: mapOf(amount) },
    ),
  },
  {
    description: text,
    selfJudged: listOf(text),
    sets: listOf(sets),
    dropped: listOf(
      fieldsOf({
        model: text,
        reason: orNull(text),
        count,
        first: fieldsOf(PLACE, { line: count }),
      }),
    ),
    run: text,
  },
);

/**
 * Reads the summary of a run, trusting nothing in it.
 *
 * @param plan Digest of the run's plan: the summary of another run is rejected.
 * @param file Path of the summary, for error messages.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export function parseSummary(json: string, plan: string, file: string): BenchmarkSummary {
  const summary: Shape = (node) => {
    SUMMARY(node);
    const { plan: found } = node.value as BenchmarkSummary;
    if (found !== plan) node.reject(`the summary of the plan ${plan}, which the run has`);
  };
  const cure = 'run the configuration again, which writes it again';
  return parseStored(json, summary, { file, cure }) as BenchmarkSummary;
}
