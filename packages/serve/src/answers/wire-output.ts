import type { PluginOutput } from '@testbench/types';

/** A plugin's output in the wire's names. */
export interface WireOutput {
  readonly data: unknown;
  readonly metadata: {
    readonly metrics: Readonly<Record<string, number>>;
    readonly execution_time_ms: number;
    readonly memory_used_bytes: number;
    readonly fuel_used: number;
  };
}

export function toWireOutput({ data, metadata }: PluginOutput): WireOutput {
  const { metrics, executionTimeMs, memoryUsedBytes, fuelUsed } = metadata;
  return {
    data,
    metadata: {
      metrics,
      execution_time_ms: executionTimeMs,
      memory_used_bytes: memoryUsedBytes,
      fuel_used: fuelUsed,
    },
  };
}
