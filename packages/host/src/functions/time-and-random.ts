import { HostCode } from '@testbench/types/abi';

import type { ContextFunction } from '../host-context.js';
import { MAX_RANDOM_BYTES } from '../limits.js';
import { drawBelow } from '../random.js';

/** `host_current_time_ms`, `host_random` and `host_random_bytes`. */
export const TIME_AND_RANDOM_FUNCTIONS = {
  host_current_time_ms: ({ services }): bigint => BigInt(services.now()),

  host_random: ({ services }, max: number): number => drawBelow(services.random, max >>> 0) | 0,

  host_random_bytes({ memory, services }, ptr: number, len: number): number {
    const target = memory.range(ptr, len);
    if (target === undefined) return HostCode.invalidArgument;
    if (target.length > MAX_RANDOM_BYTES) return HostCode.limitExceeded;
    services.random(target);
    return target.length;
  },
} satisfies Record<string, ContextFunction>;
