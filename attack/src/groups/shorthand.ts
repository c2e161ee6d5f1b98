import { assemble, guestWat, type GuestParts } from '@testbench/test-kit';

import { type Arena, NO_CAPS } from '../arena.ts';
import { type Attack, ISOLATED } from '../attack.ts';

type CallOptions = Parameters<Arena['fail']>[2];
type ManagerOptions = Parameters<Arena['manager']>[0];

/** A well-behaved plugin, except for the given parts. */
export function plugin(parts: GuestParts): Uint8Array<ArrayBuffer> {
  return assemble(guestWat(parts));
}

/** A module that must not be loaded. */
export function refused(
  row: number,
  name: string,
  make: () => Uint8Array,
  codes: string | readonly string[],
  rule?: string,
  options?: ManagerOptions,
): Attack {
  return {
    row,
    name,
    modes: ISOLATED,
    run: (arena) => arena.refuse(make(), codes, rule, options),
  };
}

/** A plugin whose calls must fail. */
export function stopped(
  row: number,
  name: string,
  parts: GuestParts,
  codes: string | readonly string[],
  options?: CallOptions,
): Attack {
  return {
    row,
    name,
    modes: ISOLATED,
    run: (arena) => arena.fail(plugin(parts), codes, options),
  };
}

/** A module that admission refuses, let in with all caps raised: the child process alone must contain it. */
export function endured(
  row: number,
  name: string,
  make: () => Uint8Array,
  features: Record<string, boolean> = {},
): Attack {
  return {
    row,
    name: `${name}, caps raised`,
    modes: ['process'],
    run: (arena) => arena.endure(make(), { caps: NO_CAPS, features }),
  };
}
