import { type CallContext, MAX_TIMEOUT_MS, type PluginInput } from '@testbench/types';
import {
  type ConfigNode,
  type OptionReaders,
  readAttachments,
  readFuel,
  readOptions,
  readTimeoutMs,
} from '@testbench/types/config';

import type { BatchOptions, ExecuteOptions, GoldenInput, ReloadOptions } from './options.js';

const EXECUTE_OPTIONS: OptionReaders<ExecuteOptions> = {
  signal: (node) => node.signal(),
  timeoutMs: readTimeoutMs,
  maxFuel: readFuel,
  answerAsks: (node) => node.callback(),
  attachments: readAttachments,
};

// The inputs of a batch have no files: each would have its own.
const { attachments: _attachments, ...SHARED_OPTIONS } = EXECUTE_OPTIONS;

const BATCH_OPTIONS: OptionReaders<BatchOptions> = {
  ...SHARED_OPTIONS,
  alone: (node) => node.boolean(),
};

const RELOAD: OptionReaders<ReloadOptions> = {
  drainTimeoutMs: (node) => node.wholeNumber(0, MAX_TIMEOUT_MS),
  golden: (node) => node.list().map(readGolden),
  maxErrorRate: (node) => node.number(0, 1),
  minTrialCalls: (node) => node.wholeNumber(1),
  trialCalls: (node) => node.wholeNumber(1),
};

const GOLDEN: OptionReaders<GoldenInput> = {
  // An invalid input fails like a call.
  input: (node) => node.object() as unknown as PluginInput,
  check: (node) => node.callback(),
};

/** {@link ExecuteOptions} together with the fields sent along with the data. */
interface CallOptions extends ExecuteOptions {
  readonly context?: CallContext;
}

const CALL_OPTIONS: OptionReaders<CallOptions> = {
  ...EXECUTE_OPTIONS,
  // Its contents are checked with the rest of the input.
  context: (node) => node.object(),
};

const NO_OPTIONS: ExecuteOptions = {};
/** Options made by {@link readCallOptions}: they are not shared and not read again. */
const READ = new WeakSet<ExecuteOptions>();

/** Reads the options of one call; a call without options has no cost. @throws {ConfigError} */
export function readExecuteOptions(given: ExecuteOptions | undefined): ExecuteOptions {
  if (given === undefined) return NO_OPTIONS;
  return READ.has(given) ? given : readOptions<ExecuteOptions>(given, EXECUTE_OPTIONS);
}

/**
 * Reads the options of a call through a handle, once: the manager knows that the resulting `limits` were already read.
 *
 * @throws {ConfigError} For an unknown key or a wrong value.
 */
export function readCallOptions(options: CallOptions | undefined): {
  readonly context?: CallContext | undefined;
  /** Undefined if there are no options: such a call is the cheapest. */
  readonly limits: ExecuteOptions | undefined;
} {
  if (options === undefined) return { limits: undefined };
  const { context, ...limits } = readOptions<CallOptions>(options, CALL_OPTIONS);
  READ.add(limits);
  return { context, limits };
}

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readBatchOptions(given: BatchOptions | undefined): BatchOptions {
  if (given === undefined) return NO_OPTIONS;
  return READ.has(given) ? given : readOptions<BatchOptions>(given, BATCH_OPTIONS);
}

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readReloadOptions(given: ReloadOptions | undefined): ReloadOptions {
  return readOptions<ReloadOptions>(given, RELOAD);
}

function readGolden(node: ConfigNode): GoldenInput {
  return readOptions<GoldenInput>(node.value, GOLDEN, node.path, ['input', 'check']);
}
