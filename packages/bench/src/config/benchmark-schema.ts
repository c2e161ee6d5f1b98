import type { JsonSchema } from '@testbench/types/schemas';

import { BENCHMARK } from './benchmark-type.js';

/** Name of the schema's file, in `dist` of this package and where {@link initBenchmark} writes it. */
export const SCHEMA_FILE = 'benchmark.schema.json';

/**
 * The JSON Schema (draft 7, which editors support) of a benchmark's configuration, generated from the table that the reader uses. The package has it
 * as `dist/benchmark.schema.json`.
 *
 * The reader checks more: duplicate names, templates, and the form of plugin names. It also takes `null` for a key that is
 * absent.
 *
 * @example
 * ```ts
 * import { benchmarkSchema } from '@testbench/bench';
 *
 * const { required } = benchmarkSchema();
 * required; // => ['name', 'dataset', 'evaluators']
 * ```
 */
export function benchmarkSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Testbench benchmark',
    description:
      'A benchmark: a data set, prompts, the models that answer, and the evaluators that score the answers.',
    ...BENCHMARK.schema,
  };
}
