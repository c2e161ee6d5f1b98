/** The single definition of a metric, from which OpenTelemetry instruments and Prometheus lines are made. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** In UCUM, like OpenTelemetry's units. */
  readonly unit: string;
  readonly description: string;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** As recommended by the conventions for inference durations. */
const INFERENCE_SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const QUEUE_SECONDS = [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600];
const SCORES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/**
 * All metrics. Those of `gen_ai` are named after the GenAI conventions of OpenTelemetry.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai
 */
export const METRICS = {
  'testbench.records': {
    kind: 'counter',
    unit: '{record}',
    description: 'Records whose rows were made',
  },
  'testbench.cases': {
    kind: 'counter',
    unit: '{case}',
    description: 'Cases by outcome: ok, failed or dropped',
  },
  'testbench.shards': {
    kind: 'counter',
    unit: '{shard}',
    description: 'Shards, and runs that are not cut, by outcome',
  },
  'testbench.active_shards': {
    kind: 'gauge',
    unit: '{shard}',
    description: 'Shards, and runs that are not cut, that run now',
  },
  'testbench.stage.calls': {
    kind: 'counter',
    unit: '{call}',
    description: 'Calls of plugins by stage; a kept answer is one too',
  },
  'testbench.stage.errors': {
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that failed, by stage and code',
  },
  'testbench.stage.fuel': {
    kind: 'counter',
    unit: '{unit}',
    description: 'Fuel that calls used, by stage',
  },
  'testbench.stage.time': {
    kind: 'counter',
    unit: 's',
    description: 'Time inside of plugins, by stage; told at the end of a shard',
  },
  'testbench.call.queue_time': {
    kind: 'histogram',
    unit: 's',
    description: 'What a paid call waited for a place, a rate limit and between attempts',
    buckets: QUEUE_SECONDS,
  },
  'testbench.call.attempts': {
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts at paid calls',
  },
  'testbench.call.cached': {
    kind: 'counter',
    unit: '{call}',
    description: 'Paid calls whose answer was kept, which cost nothing',
  },
  'testbench.cost': {
    kind: 'counter',
    unit: '{currency}',
    description: 'Money that calls cost, in the currency of the prices',
  },
  'testbench.evaluation.score': {
    kind: 'histogram',
    unit: '1',
    description: 'Scores by evaluator',
    buckets: SCORES,
  },
  'testbench.serve.requests': {
    kind: 'counter',
    unit: '{request}',
    description: 'Requests to a server of plugins, by operation and status; "none" were not let in',
  },
  'testbench.serve.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of requests to a server of plugins, by operation',
    buckets: INFERENCE_SECONDS,
  },
  'testbench.serve.active_requests': {
    kind: 'gauge',
    unit: '{request}',
    description: 'Requests that a server of plugins answers now',
  },
  'testbench.serve.calls': {
    kind: 'counter',
    unit: '{call}',
    description: 'Calls of plugins by a server of plugins, by plugin and outcome: ok or a code',
  },
  'gen_ai.client.inference.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of the attempt at a model that gave the answer, or that failed last',
    buckets: INFERENCE_SECONDS,
  },
  'gen_ai.client.inference.usage.input_tokens': {
    kind: 'counter',
    unit: '{token}',
    description: 'Tokens of prompts',
  },
  'gen_ai.client.inference.usage.cache_read.input_tokens': {
    kind: 'counter',
    unit: '{token}',
    description: 'Of these, tokens that the server had kept',
  },
  'gen_ai.client.inference.usage.output_tokens': {
    kind: 'counter',
    unit: '{token}',
    description: 'Tokens of answers',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;
