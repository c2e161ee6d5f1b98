import type { HostEffects, LogSink } from '@testbench/types/abi';

import type { GuestSetup } from '../runner/messages.js';

/** What a runner needs to know about a version: what to load, and what its guests may do. */
export interface RemoteGuest {
  /** Unique in this host. */
  readonly version: number;
  readonly setup: GuestSetup;
  readonly module?: WebAssembly.Module;
  readonly bytes?: Uint8Array;
  readonly effects: () => HostEffects;
  readonly onLog: LogSink;
  /** The clock of log records. @default Date.now */
  readonly now?: (() => number) | undefined;
}
