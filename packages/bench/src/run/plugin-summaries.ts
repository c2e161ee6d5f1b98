import type { PluginSummary } from '../results/benchmark-summary.js';
import type { UsageBoard } from '../results/usage-board.js';
import type { Pipeline } from './load-pipeline.js';
import type { RunEvent, RunEventPlace } from './run-hooks.js';

/** The plugins of a run, in the order in which a record passes them, with the totals of their calls. */
export function pluginSummaries(
  { stages, providers }: Pick<Pipeline, 'stages' | 'providers'>,
  usage: UsageBoard,
): PluginSummary[] {
  return stages.map(({ name, plugin }) => {
    const provider = providers.find(({ stage }) => stage.name === name);
    const { metadata, digest } = plugin;
    const about = {
      stage: name,
      type: metadata.pluginType,
      name: metadata.name,
      version: metadata.version,
      // Only a host's own code has no digest, and a benchmark loads modules.
      digest: digest ?? '',
    };
    return Object.assign(
      about,
      provider === undefined ? usage.of(name) : usage.of('provider', provider.config.name),
    );
  });
}

/** What a plugin did in a run or shard, for its observers. @param timesMs Wall time inside plugins, in milliseconds, by stage. */
export function stageEnd(
  { stage, name, version, digest, calls, failedCalls, fuelUsed }: PluginSummary,
  timesMs: Readonly<Record<string, number>>,
): Omit<Extract<RunEvent, { type: 'stage-end' }>, keyof RunEventPlace> {
  const timeMs = timesMs[stage] ?? 0;
  return {
    type: 'stage-end',
    stage,
    plugin: name,
    version,
    digest,
    calls,
    failedCalls,
    fuelUsed,
    timeMs,
  };
}
