import { readRun } from '@testbench/bench/results';
import type { PluginType } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

import { MAX_LISTED_RUNS } from '../limits.js';
import type { Project } from '../project/project.js';

/** What one version of a plugin did in the runs of a project. */
export interface PluginAnalytics {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly type: PluginType;
  /** Runs that have it, and were finished. */
  readonly runs: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly fuelUsed: number;
  /** Wall time inside of it, in milliseconds, of the processes that finished the runs. */
  readonly timeMs: number;
  /** Codes of its failures with how often each occurs. */
  readonly failures: Readonly<Record<string, number>>;
}

type Tally = { -readonly [Key in keyof PluginAnalytics]: PluginAnalytics[Key] } & {
  failures: Record<string, number>;
};

/** Adds up the summaries of all finished runs, by plugin and version. */
export async function readAnalytics(
  project: Project,
  signal: AbortSignal,
): Promise<{
  readonly plugins: PluginAnalytics[];
  readonly runs: number;
  readonly unfinished: number;
}> {
  const { runs } = await project.scan(signal);
  const tallies = new Map<string, Tally>();
  let finished = 0;
  let unfinished = 0;
  for (const folder of runs.slice(0, MAX_LISTED_RUNS)) {
    signal.throwIfAborted();
    const summary = await readSummary(folder);
    if (summary === undefined) {
      unfinished += 1;
      continue;
    }
    finished += 1;
    const seen = new Set<string>();
    for (const { stage, ...plugin } of summary.plugins) {
      const { name, version, digest, type } = plugin;
      const key = JSON.stringify([digest, name, version]);
      const tally = tallies.get(key) ?? {
        name,
        version,
        digest,
        type,
        runs: 0,
        calls: 0,
        failedCalls: 0,
        fuelUsed: 0,
        timeMs: 0,
        failures: Object.create(null) as Record<string, number>,
      };
      tallies.set(key, tally);
      // One run may have it in several stages.
      if (!seen.has(key)) tally.runs += 1;
      seen.add(key);
      tally.calls += plugin.calls;
      tally.failedCalls += plugin.failedCalls;
      tally.fuelUsed += plugin.fuelUsed;
      const { timeMs } = summary.measured;
      tally.timeMs += Object.hasOwn(timeMs, stage) ? timeMs[stage]! : 0;
      for (const failure of summary.failures) {
        if (failure.stage !== stage) continue;
        tally.failures[failure.code] = (tally.failures[failure.code] ?? 0) + failure.count;
      }
    }
  }
  const plugins = [...tallies.values()].toSorted((one, other) => other.calls - one.calls);
  return { plugins, runs: finished, unfinished };
}

async function readSummary(folder: string) {
  try {
    return (await readRun(folder)).summary;
  } catch (error) {
    if (PluginError.is(error)) return undefined;
    throw error;
  }
}
