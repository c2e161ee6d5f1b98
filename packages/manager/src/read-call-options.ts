import {
  type ConfigNode,
  MAX_TIMEOUT_MS,
  type OptionReaders,
  type PluginInput,
  readFuel,
  readOptions,
  readTimeoutMs,
} from '@testbench/types';

import type { ExecuteOptions, GoldenInput, ReloadOptions } from './options.js';

/** Readers of {@link ExecuteOptions}, for what takes them with others of its own. */
export const EXECUTE_OPTIONS: OptionReaders<ExecuteOptions> = {
  signal: (node) => node.signal(),
  timeoutMs: readTimeoutMs,
  maxFuel: readFuel,
};

const RELOAD: OptionReaders<ReloadOptions> = {
  drainTimeoutMs: (node) => node.wholeNumber(0, MAX_TIMEOUT_MS),
  golden: (node) => node.list().map(readGolden),
  maxErrorRate: (node) => node.number(0, 1),
  minTrialCalls: (node) => node.wholeNumber(1),
  trialCalls: (node) => node.wholeNumber(1),
};

const GOLDEN: OptionReaders<GoldenInput> = {
  // What is no input fails as a call does.
  input: (node) => node.object() as unknown as PluginInput,
  check: (node) => node.callback(),
};

const NO_OPTIONS: ExecuteOptions = {};

/** Reads what one call may take; a call without options costs nothing. @throws {ConfigError} */
export function readExecuteOptions(given: ExecuteOptions | undefined): ExecuteOptions {
  return given === undefined ? NO_OPTIONS : readOptions<ExecuteOptions>(given, EXECUTE_OPTIONS);
}

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readReloadOptions(given: ReloadOptions | undefined): ReloadOptions {
  return readOptions<ReloadOptions>(given, RELOAD);
}

function readGolden(node: ConfigNode): GoldenInput {
  return readOptions<GoldenInput>(node.value, GOLDEN, node.path, ['input', 'check']);
}
