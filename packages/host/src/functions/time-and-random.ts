import { HostCode, type HostFunction } from '@testbench/types';

import type { HostContext } from '../host-context.js';
import { MAX_RANDOM_BYTES } from '../limits.js';
import { drawBelow } from '../random.js';

/** `host_current_time_ms`, `host_random` and `host_random_bytes`. */
export function timeAndRandomFunctions(context: HostContext): Record<string, HostFunction> {
  const { memory, services } = context;
  return {
    host_current_time_ms: (): bigint => BigInt(services.now()),

    host_random: (max: number): number => drawBelow(services.random, max >>> 0) | 0,

    host_random_bytes(ptr: number, len: number): number {
      const target = memory.range(ptr, len);
      if (target === undefined) return HostCode.invalidArgument;
      if (target.length > MAX_RANDOM_BYTES) return HostCode.limitExceeded;
      services.random(target);
      return target.length;
    },
  };
}
