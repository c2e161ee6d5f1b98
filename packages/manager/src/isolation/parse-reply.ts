import { hostSignatures } from '@testbench/host';
import { MAX_METADATA_BYTES, type PluginMetadata, parseMetadata } from '@testbench/types';
import {
  CUSTOM_FUNCTION_PARAMETERS,
  type CustomFunctionName,
  type EffectName,
  HOST_EFFECTS,
  LOG_LEVELS,
  type LogLevel,
} from '@testbench/types/abi';
import {
  type CallError,
  fromErrorRecord,
  type LoadError,
  readUsage,
  type CallUsage,
} from '@testbench/types/errors';

import type { RunnerReport } from '../runner/messages.js';
import { outputsText } from './outputs-text.js';

/** The checked result of one input. */
export type Outcome =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      /** The same as text, if it is already decoded. */
      readonly text?: string | undefined;
      readonly usage: CallUsage;
    }
  | { readonly ok: false; readonly error: CallError | LoadError };

/** The results of the items of a pipeline: fully checked only once the number of calls is compared, see `readPipelineDone`. */
export interface PipelineDone {
  readonly type: 'pipeline-done';
  readonly figures: Float64Array;
  readonly errors: readonly (CallError | LoadError)[];
  readonly left: readonly number[];
  readonly bytes: Uint8Array;
  readonly reports: readonly RunnerReport[];
}

/** A `RunnerReply` whose fields were all checked. */
export type CheckedReply =
  | {
      readonly type: 'loaded';
      readonly metadata: PluginMetadata;
      readonly hasBatch: boolean;
    }
  | { readonly type: 'failed'; readonly error: CallError | LoadError }
  | { readonly type: 'done'; readonly outcomes: readonly Outcome[]; readonly report: RunnerReport }
  | PipelineDone
  | { readonly type: 'health'; readonly code: number }
  | { readonly type: 'unloaded' }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly version: number | undefined;
    }
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'begin'; readonly remainingMs: number }
  | {
      readonly type: 'effect';
      readonly name: EffectName | CustomFunctionName;
      readonly args: readonly (number | Uint8Array)[];
    };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks a message from a thread or child process as hostile input: a guest that has broken out of the engine can forge
 * anything.
 *
 * @param hostFunctions The host's own functions: besides those of the contract, only these are performed and counted.
 * @returns undefined if it is not a reply, or if a field has the wrong type.
 * @throws {LoadError} `LOAD_INVALID_METADATA` if the metadata breaks the contract.
 */
export function parseReply(
  message: unknown,
  hostFunctions: readonly string[],
): CheckedReply | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const reply = message as Fields;
  switch (reply['type']) {
    case 'done':
      return parseDone(reply, hostFunctions);
    case 'pipeline-done':
      return parsePipelineDone(reply, hostFunctions);
    case 'effect':
      return parseEffect(reply, hostFunctions);
    case 'chunk': {
      const bytes = reply['bytes'];
      return bytes instanceof Uint8Array ? { type: 'chunk', bytes } : undefined;
    }
    case 'begin': {
      const remainingMs = reply['remainingMs'];
      return typeof remainingMs === 'number' && remainingMs >= 0
        ? { type: 'begin', remainingMs }
        : undefined;
    }
    case 'log': {
      const level = LOG_LEVELS.find((name) => name === reply['level']);
      const text = reply['message'];
      const version = reply['version'];
      if (level === undefined || typeof text !== 'string') return undefined;
      if (version !== undefined && !isCount(version)) return undefined;
      return { type: 'log', level, message: text, version };
    }
    case 'health': {
      const code = reply['code'];
      return typeof code === 'number' ? { type: 'health', code: code | 0 } : undefined;
    }
    case 'failed': {
      const error = fromErrorRecord(reply['error']);
      return error && { type: 'failed', error };
    }
    case 'loaded':
      return parseLoaded(reply);
    case 'unloaded':
      return { type: 'unloaded' };
    default:
      return undefined;
  }
}

function parseLoaded(reply: Fields): CheckedReply | undefined {
  const { metadata, hasBatch } = reply;
  if (typeof metadata !== 'string' || metadata.length > MAX_METADATA_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(metadata);
  } catch {
    return undefined;
  }
  return {
    type: 'loaded',
    metadata: parseMetadata(value),
    hasBatch: hasBatch === true,
  };
}

function parseDone(reply: Fields, hostFunctions: readonly string[]): CheckedReply | undefined {
  const { outcomes, bytes, report } = reply;
  const checkedReport = parseReport(report, hostFunctions);
  if (!Array.isArray(outcomes) || !(bytes instanceof Uint8Array) || checkedReport === undefined) {
    return undefined;
  }
  const checked: Outcome[] = [];
  const text = outcomes.length > 1 ? outputsText(bytes) : undefined;
  let start = 0;
  for (const value of outcomes as readonly unknown[]) {
    const outcome = Object(value) as Fields;
    if (outcome['ok'] !== true) {
      const error = fromErrorRecord(outcome['error']);
      if (error === undefined) return undefined;
      checked.push({ ok: false, error });
      continue;
    }
    const end = outcome['end'];
    const usage = readUsage(outcome);
    if (usage === undefined || !isCount(end) || end < start || end > bytes.length) return undefined;
    checked.push({
      ok: true,
      bytes: bytes.subarray(start, end),
      text: text?.slice(start, end),
      usage,
    });
    start = end;
  }
  return { type: 'done', outcomes: checked, report: checkedReport };
}

function parsePipelineDone(
  reply: Fields,
  hostFunctions: readonly string[],
): CheckedReply | undefined {
  const { figures, errors, left, bytes, reports } = reply;
  if (!(figures instanceof Float64Array) || !(bytes instanceof Uint8Array)) return undefined;
  if (!Array.isArray(errors) || !Array.isArray(left) || !Array.isArray(reports)) return undefined;
  const checkedErrors = errors.map((error: unknown) => fromErrorRecord(error));
  const checkedReports = reports.map((report: unknown) => parseReport(report, hostFunctions));
  if (!allDefined(checkedErrors) || !allDefined(checkedReports) || !left.every(isCount)) {
    return undefined;
  }
  const type = 'pipeline-done';
  return { type, figures, errors: checkedErrors, left, bytes, reports: checkedReports };
}

function allDefined<T>(list: readonly (T | undefined)[]): list is readonly T[] {
  return !list.includes(undefined);
}

function parseReport(value: unknown, hostFunctions: readonly string[]): RunnerReport | undefined {
  const { calls, denied, callsByName } = Object(value) as Fields;
  if (!isCount(calls) || !isCount(denied)) return undefined;
  const entries = Object.entries(Object(callsByName) as Fields);
  const isKnown = (name: string): boolean => HOST_NAMES.has(name) || hostFunctions.includes(name);
  if (!entries.every(([name, count]) => isKnown(name) && isCount(count))) return undefined;
  return { calls, denied, callsByName: Object.fromEntries(entries) as Record<string, number> };
}

function parseEffect(reply: Fields, hostFunctions: readonly string[]): CheckedReply | undefined {
  const { name, args } = reply;
  if (typeof name !== 'string') return undefined;
  if (!Object.hasOwn(HOST_EFFECTS, name) && !hostFunctions.includes(name)) return undefined;
  if (!Array.isArray(args) || args.length > MAX_ARGUMENTS) return undefined;
  const isArgument = (value: unknown): boolean =>
    typeof value === 'number' || value instanceof Uint8Array;
  if (!args.every(isArgument)) return undefined;
  return {
    type: 'effect',
    name: name as EffectName | CustomFunctionName,
    args: args as (number | Uint8Array)[],
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Every host function: counts under other names would stay in memory forever. */
const HOST_NAMES: ReadonlySet<string> = new Set(
  Object.values(hostSignatures({ enableWasi: true })).flatMap((functions) =>
    Object.keys(functions),
  ),
);
const MAX_ARGUMENTS = Math.max(
  CUSTOM_FUNCTION_PARAMETERS.length,
  ...Object.values(HOST_EFFECTS).map(({ length }) => length),
);
