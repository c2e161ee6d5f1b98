import { CallError, type GuestStack, guestStackOf, PluginError } from '@testbench/types/errors';

import type { Sample } from '../dataset/selection/read-sample.js';
import { type CallProblem, isRetryable, readCallProblem } from '../calls/call-problem.js';
import { BenchError } from '../errors.js';
import type { CallFailure } from '../results/result-row.js';
import type { Stage } from './stage.js';

/** Codes that mean that no later call can work either. */
const FATAL_CODES: ReadonlySet<string> = new Set([
  'CALL_NOT_FOUND',
  'CALL_SHUT_DOWN',
  'CALL_UNLOADED',
]);
/** Maximum length of a plugin's details, in JSON: a judge's reply fits. */
const MAX_DETAILS_CHARACTERS = 64 * 1024;

/** Stack frames per row: only the innermost ones differ, and they are the same in every isolation. */
const MAX_ROW_FRAMES = 4;

/** Turns a failed call into data; rethrows errors not caused by the plugin. */
export function toFailure(
  stage: Stage,
  sample: Sample,
  options: { readonly signal: AbortSignal; readonly failFast: boolean },
  error: unknown,
): CallFailure {
  const { code, message } = pluginFailure(error, options.signal);
  if (options.failFast) {
    throw new BenchError(
      'BENCH_CALL_FAILED',
      `Cannot evaluate record ${sample.index} (${sample.unit} ${sample.line}): ${stage.name} failed with ${code}: ${message}`,
      { cause: error, line: sample.line },
    );
  }
  const problem = problemOfPlugin(error);
  const { status, retryAfterMs } = problem;
  const { pluginCode, pluginDetails } = error as Partial<CallError>;
  const details = keepDetails(pluginDetails);
  const guestStack = keepStack(error);
  const says = Object.values(problem).some((value) => value !== undefined);
  return {
    code,
    message,
    ...(pluginCode === undefined ? {} : { pluginCode }),
    ...(says ? { retryable: isRetryable(problem) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { status }),
    ...(details === undefined ? {} : { details }),
    ...(guestStack.length === 0 ? {} : { guestStack }),
  };
}

/** A failure of a plugin's call. @throws Errors not caused by the plugin, unchanged. */
export function pluginFailure(error: unknown, signal: AbortSignal): PluginError {
  if (signal.aborted) throw cancelled();
  if (!PluginError.is(error) || FATAL_CODES.has(error.code)) throw error;
  // An exhausted budget ends the run, not the case: the open cases are asked once the budget is raised.
  if (!error.code.startsWith('CALL_')) throw error;
  return error;
}

/** Without excerpts: readers of results need not see the source. */
function keepStack(error: unknown): GuestStack {
  return guestStackOf(error)
    .slice(0, MAX_ROW_FRAMES)
    .map(({ excerpt: _excerpt, ...frame }) => frame);
}

function keepDetails(details: unknown): unknown {
  if (details === undefined || details === null) return undefined;
  const text = JSON.stringify(details);
  return text.length <= MAX_DETAILS_CHARACTERS ? details : text.slice(0, MAX_DETAILS_CHARACTERS);
}

/** What the error of a plugin says about the server that it asked; the plugin's `details` hold the server's status. */
export function problemOfPlugin(error: unknown): CallProblem {
  const { pluginDetails } = Object(error) as Partial<CallError>;
  return { ...known(pluginDetails), ...known(error) };
}

/** The known fields that an error or its details have. */
function known(value: unknown): CallProblem {
  const problem = Object.entries(readCallProblem(value));
  return Object.fromEntries(problem.filter(([, field]) => field !== undefined));
}

/** The plugin kept the general contract, but its output is not what the bench expects here. */
export function invalidOutput(state: string): CallError {
  return new CallError('CALL_INVALID_OUTPUT', `Cannot use the output: ${state}`);
}

/** The error of a run that was cancelled. */
export function cancelled(): BenchError {
  return new BenchError('BENCH_CANCELLED', 'Cannot finish the benchmark: it was cancelled');
}
