import type { ProtocolGuest } from '@testbench/types/abi';

import type { Kernel } from './kernel.js';
import type { GuestSettings } from './settings.js';

/** What functions in JavaScript work with. */
export interface GuestEnvironment {
  readonly guest: ProtocolGuest;
  readonly kernel: Kernel;
  readonly settings: GuestSettings;
  /** Copies bytes into a new block of the guest, which pays for them. */
  give(bytes: Uint8Array): bigint;
  /** Charges for bytes that a function reads or writes. */
  charge(bytes: number): void;
}
