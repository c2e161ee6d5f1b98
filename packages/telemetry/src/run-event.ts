import type { RunEvent } from '@testbench/bench/shards';

export type BeginEvent = Extract<RunEvent, { readonly type: 'run-start' | 'shard-start' }>;
export type EndEvent = Extract<RunEvent, { readonly type: 'run-end' | 'shard-end' }>;
export type RecordEvent = Extract<RunEvent, { readonly type: 'record-end' }>;
export type StageEvent = Extract<RunEvent, { readonly type: 'stage-end' }>;

/**
 * The name of a stage's provider; undefined for other stages.
 *
 * @param providers Names in the order of the configuration, which is the order of a record's rows.
 */
export function providerOf(
  { stage }: StageEvent,
  providers: readonly string[],
): string | undefined {
  const index = /^providers\[(\d+)\]$/.exec(stage)?.[1];
  return index === undefined ? undefined : providers[Number(index)];
}
