import type {
  CorpusSummary,
  Interval,
  MetricSummary,
  SystemReport,
} from '@testbench/bench/statistics';

import type { ReportedRun, Reporter, ReportOutput } from '../reporter.js';
import { epochSeconds, evaluationId, resultId, SCHEMA_VERSION } from './evaluation-id.js';

/**
 * Writes the numbers of runs in the public format "Every Eval Ever" 0.3.0: JSON lines, one for each prompt, provider and model of each run.
 *
 * Facts that a run does not know, such as the developer of a model, are written as unknown.
 */
export function createEveryEvalEverReporter(output: ReportOutput): Reporter {
  let reported: readonly ReportedRun[] = [];
  return {
    specificationVersion: 'v1',
    name: 'every-eval-ever',
    start(runs) {
      reported = runs;
    },
    async end({ summaries }) {
      for (const [run, { systems }] of summaries.entries()) {
        for (const system of systems) {
          const line = formatEvaluation(reported[run]!, run, system);
          await output.write(`${JSON.stringify(line)}\n`);
        }
      }
    },
  };
}

function formatEvaluation(reported: ReportedRun, run: number, system: SystemReport): object {
  const { plan, writtenAt, digest, summary } = reported;
  const { prompt, provider, model } = system;
  const id = evaluationId(reported, { run, prompt, provider, model });
  const planned = plan.providers.find(({ as }) => as === provider);
  const settings = generationConfig(reported, system);
  const source = {
    dataset_name: plan.name,
    source_type: 'other',
    additional_details: { digest: plan.dataset.digest, records: String(plan.dataset.records) },
  };
  const result = (part: object, name: string): object => ({
    evaluation_result_id: resultId(id, name),
    evaluation_name: plan.name,
    source_data: source,
    evaluation_timestamp: summary?.measured.startedAt ?? writtenAt,
    ...part,
    ...settings,
  });
  return {
    schema_version: SCHEMA_VERSION,
    evaluation_id: id,
    evaluation_timestamp: summary?.measured.startedAt ?? writtenAt,
    retrieved_timestamp: epochSeconds(writtenAt),
    source_metadata: {
      source_name: 'Testbench',
      source_type: 'evaluation_run',
      source_organization_name: 'unknown',
      evaluator_relationship: 'other',
      additional_details: { run: reported.run, plan: digest },
    },
    eval_library: {
      name: 'testbench',
      version: 'unknown',
      additional_details: { contract: plan.contract },
    },
    model_info: {
      name: model,
      id: model,
      additional_details: {
        deployment_type: 'unknown',
        model_availability: 'unknown',
        provider,
        provider_digest: planned?.digest ?? 'unknown',
      },
    },
    evaluation_results: [
      ...system.metrics.flatMap((metric) =>
        metric.mean === null ? [] : [result(formatMetric(metric, system), metric.metric)],
      ),
      ...system.corpus.flatMap((corpus) =>
        corpus.value === null
          ? []
          : [result(formatCorpus(corpus), `${corpus.evaluator}.${corpus.metric}`)],
      ),
    ],
  };
}

function formatMetric(
  {
    metric,
    scale,
    mean,
    n,
    interval,
    standardDeviation,
    errors,
    errorTreatment,
    signature,
  }: MetricSummary,
  { selfJudged }: SystemReport,
): object {
  const own = selfJudged.find(({ evaluator }) => evaluator === metric);
  return {
    metric_config: {
      evaluation_description: `Mean of ${metric} over records`,
      metric_id: metric,
      metric_name: metric,
      metric_unit: 'proportion',
      lower_is_better: false,
      score_type: scale === 'binary' ? 'binary' : 'continuous',
      min_score: 0,
      max_score: 1,
      additional_details: {
        signature,
        errors: String(errors),
        error_treatment: errorTreatment,
        ...(own === undefined ? {} : { self_judged_cases: String(own.cases) }),
      },
    },
    score_details: {
      score: mean,
      uncertainty: {
        ...confidence(interval),
        ...(standardDeviation === null ? {} : { standard_deviation: standardDeviation }),
        num_samples: n,
        ...(interval?.resamples === undefined ? {} : { num_bootstrap_samples: interval.resamples }),
      },
    },
  };
}

function formatCorpus({ evaluator, metric, value, n, interval, signature }: CorpusSummary): object {
  return {
    metric_config: {
      evaluation_description: `${metric} of ${evaluator} over the whole set`,
      metric_id: `${evaluator}.${metric}`,
      metric_name: metric,
      // An evaluator's score is from 0 to 1, and more is better. Its other values have no common range, and evaluators do not say which end is good.
      lower_is_better:
        metric !== evaluator &&
        /\b(?:ter|wer|cer|perplexity|error|brier|loss)\b/i.test(
          `${evaluator} ${metric}`.replaceAll(/[-_]/g, ' '),
        ),
      additional_details: { signature },
    },
    score_details: { score: value, uncertainty: { ...confidence(interval), num_samples: n } },
  };
}

function confidence(interval: Interval | null): object {
  if (interval === null) return {};
  const { low, high, confidence: level, method } = interval;
  return { confidence_interval: { lower: low, upper: high, confidence_level: level, method } };
}

function generationConfig(
  { plan }: ReportedRun,
  { prompt, provider, model }: SystemReport,
): object {
  const planned = plan.providers
    .find(({ as }) => as === provider)
    ?.models.find(({ name }) => name === model);
  const { parameters = {} } = planned ?? {};
  const template = plan.prompts.find(({ name }) => name === prompt)?.template;
  const number = (name: string): unknown =>
    Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  const temperature = number('temperature');
  const topP = number('top_p');
  const maxTokens = number('max_tokens');
  return {
    generation_config: {
      generation_args: {
        ...(typeof temperature === 'number' ? { temperature } : {}),
        ...(typeof topP === 'number' ? { top_p: topP } : {}),
        ...(Number.isSafeInteger(maxTokens) && Number(maxTokens) > 0
          ? { max_tokens: maxTokens }
          : {}),
        ...(template === undefined ? {} : { prompt_template: template }),
      },
      additional_details: {
        epochs: String(plan.epochs.count),
        reducer: plan.epochs.reducer,
        seed: String(plan.seed),
      },
    },
  };
}
