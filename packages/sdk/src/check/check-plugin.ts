import { isDeepStrictEqual } from 'node:util';

import { PluginSystem } from '@testbench/core';
import { decodeMetadata, type PluginMetadata } from '@testbench/types';
import { type OptionReaders, readOptions, readTimeoutMs } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { CHECK_STEP_MS } from '../limits.js';
import { readJsonValue } from '../read-json-value.js';
import { isSectionMissing, type PluginReport, validatePlugin } from '../validate-plugin.js';
import { askMetadata } from './ask-metadata.js';
import { GUEST_CHECKS, type GuestCheckName } from './guest-checks.js';
import { isSpoken } from './plain-guest.js';
import { runInThread } from './run-in-thread.js';
import { ordinaryInput } from './samples.js';
import { failed, type Finding, ok, type SubjectRecord, warning } from './subject.js';

/** Options of the check. */
export interface CheckPluginOptions {
  /** JSON for `plugin_init`. @default {} */
  readonly config?: unknown;
  /** Inputs that the plugin should answer: values for `data`. @default one that fits the plugin's type */
  readonly inputs?: readonly unknown[];
  /** Time that one check may take before it counts as hanging, in milliseconds. @default 20000 */
  readonly stepTimeoutMs?: number;
  /** Receives each finding as soon as it is available. */
  readonly onFinding?: (finding: CheckFinding) => void;
}

const OPTIONS: OptionReaders<CheckPluginOptions> = {
  config: readJsonValue,
  inputs: (node) => node.list().map(readJsonValue),
  stepTimeoutMs: readTimeoutMs,
  onFinding: (node) => node.callback(),
};

/** How one check of {@link checkPlugin} ended. */
export interface CheckFinding extends Finding {
  /** Name of the check, such as `bad inputs`. */
  readonly check: string;
}

/** The result of {@link checkPlugin}. */
export interface CheckReport {
  /** False if a check failed; warnings do not count. */
  readonly ok: boolean;
  readonly findings: readonly CheckFinding[];
}

/**
 * Checks that a plugin in any language keeps the contract: exports and metadata, its allocator, good and bad inputs, bytes
 * that are not even JSON, repetition, batches, shutdown; and that a real host runs it.
 *
 * Most of it runs on the bare engine in a separate thread, using a second implementation of the contract.
 *
 * @param bytes The whole module.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts
 * import { checkPlugin } from '@testbench/sdk';
 *
 * const { ok, findings } = await checkPlugin(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
 * ok; // => false
 * findings[0]?.detail; // => 'export "plugin_execute": it is missing'
 * ```
 */
export async function checkPlugin(
  bytes: Uint8Array,
  given?: CheckPluginOptions,
): Promise<CheckReport> {
  const options = readOptions<CheckPluginOptions>(given, OPTIONS);
  const findings: CheckFinding[] = [];
  const add = (check: string, finding: Finding): void => {
    const entry = { check, ...finding };
    findings.push(entry);
    options.onFinding?.(entry);
  };
  const report = await describeModule(bytes);
  if (!report.ok) {
    for (const { message } of report.problems) add('module', failed(message));
    return { ok: false, findings };
  }
  const { contract, metadata, embedded } = report;
  add(
    'module',
    embedded
      ? ok(`${bytes.length} bytes, contract ${contract}, nothing that a host refuses`)
      : warning('it has no custom section, so that no index sees it; run `testbench embed`'),
  );
  const subject: SubjectRecord = {
    bytes,
    contract,
    metadata,
    config: JSON.stringify(options.config ?? {}),
    inputs: options.inputs ?? [ordinaryInput(metadata.pluginType)],
  };
  // The second implementation speaks only the contract's protocols; other protocols are tried only by the host's adapter.
  if (isSpoken(contract)) {
    await runGuestChecks(subject, options.stepTimeoutMs ?? CHECK_STEP_MS, add);
  }
  add('host', await checkInHost(subject));
  return { ok: findings.every(({ status }) => status !== 'failed'), findings };
}

/** The module's description of itself: from its section, or else from its answer. */
async function describeModule(
  bytes: Uint8Array,
): Promise<(PluginReport & { readonly ok: false }) | Described> {
  const report = validatePlugin(bytes);
  if (report.ok) return { ...report, embedded: true };
  const { problems, contract } = report;
  if (
    contract === undefined ||
    !isSpoken(contract) ||
    problems.length !== 1 ||
    !isSectionMissing(problems[0]!)
  ) {
    return report;
  }
  const answer = await askMetadata(bytes, contract);
  const refused = (message: string) =>
    ({ ok: false, contract, problems: [{ part: 'metadata', message }] }) as const;
  if (answer.bytes === undefined) return refused(answer.problem);
  try {
    return { ok: true, contract, metadata: decodeMetadata(answer.bytes), embedded: false };
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return refused(error.message);
  }
}

interface Described {
  readonly ok: true;
  readonly contract: string;
  readonly metadata: PluginMetadata;
  /** True if there is a custom section. */
  readonly embedded: boolean;
}

/** Continues in a new thread after a check that had to be stopped. */
async function runGuestChecks(
  subject: SubjectRecord,
  stepMs: number,
  add: (check: string, finding: Finding) => void,
): Promise<void> {
  let left = Object.keys(GUEST_CHECKS) as GuestCheckName[];
  while (left.length > 0) {
    const stopped = await runInThread(
      { kind: 'check', subject, checks: left },
      stepMs,
      (report) => {
        if (report.kind !== 'end') return;
        left = left.filter((name) => name !== report.name);
        add(report.name, report.finding);
      },
    );
    if (stopped === undefined) return;
    const [current, ...rest] = left;
    if (current !== undefined) add(current, failed(stopped));
    left = rest;
  }
}

/** Loads the plugin into a real host and calls it twice with each input; a second instance must not differ from the first. */
async function checkInHost(subject: SubjectRecord): Promise<Finding> {
  await using system = new PluginSystem({ random: { seed: 1 }, now: () => 0 });
  try {
    const config: unknown = JSON.parse(subject.config);
    await system.loadPluginFromBytes('first', subject.bytes, { config });
    await system.loadPluginFromBytes('second', subject.bytes, { config });
    let fuel = 0;
    let memory = 0;
    for (const data of subject.inputs) {
      const [first, second] = await Promise.allSettled([
        system.executePlugin('first', { data }),
        system.executePlugin('second', { data }),
      ]);
      if (first.status === 'rejected' && second.status === 'rejected') {
        if (isRefusal(first.reason) && isRefusal(second.reason)) continue;
        throw first.reason;
      }
      if (first.status === 'rejected' || second.status === 'rejected') {
        return failed('of two instances of it, one refuses an input that the other one answers');
      }
      const { metadata } = first.value;
      if (!isDeepStrictEqual(first.value.data, second.value.data)) {
        return failed('two instances of it give different answers');
      }
      if (metadata.fuelUsed !== second.value.metadata.fuelUsed) {
        return failed('two instances of it take different fuel for the same input');
      }
      fuel = Math.max(fuel, metadata.fuelUsed);
      memory = Math.max(memory, metadata.memoryUsedBytes);
    }
    return ok(`loads and runs: ${fuel} fuel, ${memory} bytes of memory at most`);
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return failed(`${error.code}: ${error.message}`);
  }
}

/** True if the plugin itself returned an error code. */
function isRefusal(error: unknown): boolean {
  if (!PluginError.is(error)) return false;
  return error.code === 'CALL_PLUGIN_FAILED' || error.code === 'CALL_INVALID_INPUT';
}
