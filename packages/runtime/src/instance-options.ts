import type { HostBinding, HostCall, ResourceLimits } from '@testbench/types';

/** Limits and hooks of one call. */
export interface InstanceCallOptions extends Omit<HostCall, 'charge' | 'poll' | 'deadlineMs'> {
  /** Wall time, in milliseconds. @default the instance's limit */
  readonly timeoutMs?: number | undefined;
  /** Instructions, in fuel units. @default the instance's limit */
  readonly maxFuel?: number | undefined;
  /** Polled up to a hundred thousand times a second while the guest runs; true stops it. */
  readonly isCancelled?: (() => boolean) | undefined;
}

/** How a `PluginInstance` is made. */
export interface InstanceOptions {
  /** The host functions; used by this instance alone. */
  readonly host: HostBinding;
  /** Limits of every call. @default DEFAULT_LIMITS of `@testbench/types` */
  readonly limits?: Partial<ResourceLimits>;
  /** Limits of the start function and `_initialize` together, which run at once. @default those of every call */
  readonly start?: InstanceCallOptions;
}
