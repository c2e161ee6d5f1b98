import type { BatchEntry } from '@testbench/runtime';
import type { CallUsage, PluginOutput, ResourceLimits } from '@testbench/types';

import type { BatchResult, RunOptions } from './executor.js';

/** Limits of a batch that runs as one call: those of one input, times their number. */
export function limitsOfBatch(
  limits: Pick<ResourceLimits, 'timeoutMs' | 'maxFuel'>,
  options: RunOptions,
  count: number,
): { timeoutMs: number; maxFuel: number } {
  return {
    timeoutMs: (options.timeoutMs ?? limits.timeoutMs) * count,
    maxFuel: Math.min((options.maxFuel ?? limits.maxFuel) * count, Number.MAX_SAFE_INTEGER),
  };
}

/** Result of one input of a batch that ran as one call; time and fuel are its even share. */
export function toResult(entry: BatchEntry, usage: CallUsage, count: number): BatchResult {
  if (!entry.ok) return { status: 'rejected', reason: entry.error };
  const { data, metrics } = entry.output;
  return {
    status: 'fulfilled',
    value: {
      data,
      metadata: {
        metrics,
        executionTimeMs: usage.executionTimeMs / count,
        memoryUsedBytes: usage.memoryUsedBytes,
        fuelUsed: Math.ceil(usage.fuelUsed / count),
      },
    },
  };
}

/** Like `Promise.allSettled` for one call that may also throw at once. */
export async function settle(
  run: () => PluginOutput | Promise<PluginOutput>,
): Promise<BatchResult> {
  try {
    return { status: 'fulfilled', value: await run() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
