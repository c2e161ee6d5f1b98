import { CallError, PluginError } from '@testbench/types';

import type { Sample } from '../dataset/selection/read-sample.js';
import { BenchError } from '../errors.js';
import type { CallFailure } from '../results/result-row.js';
import type { EvaluateOptions } from './evaluate-options.js';
import type { Stage } from './stage.js';

/** Codes that say that no later call can work either. */
const FATAL_CODES: ReadonlySet<string> = new Set([
  'CALL_NOT_FOUND',
  'CALL_SHUT_DOWN',
  'CALL_UNLOADED',
]);

/** Turns a failed call into data; anything that is not the plugin's doing goes on upwards. */
export function toFailure(
  stage: Stage,
  sample: Sample,
  options: EvaluateOptions,
  error: unknown,
): CallFailure {
  if (options.signal.aborted) throw cancelled();
  if (!PluginError.is(error) || FATAL_CODES.has(error.code)) throw error;
  const { code, message } = error;
  if (options.failFast) {
    throw new BenchError(
      'BENCH_CALL_FAILED',
      `Cannot evaluate record ${sample.index} (${sample.unit} ${sample.line}): ${stage.name} failed with ${code}: ${message}`,
      { cause: error, line: sample.line },
    );
  }
  return { code, message };
}

/** The plugin kept to the general contract, but not to what the bench asks at this place. */
export function invalidOutput(state: string): CallError {
  return new CallError('CALL_INVALID_OUTPUT', `Cannot use the output: ${state}`);
}

/** The error of a run that was cancelled. */
export function cancelled(): BenchError {
  return new BenchError('BENCH_CANCELLED', 'Cannot finish the benchmark: it was cancelled');
}
