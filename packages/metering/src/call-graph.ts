// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import type { Module } from '@testbench/wasm';

import { DEAD, EventKind, type EventList, type FunctionShape } from './function-events.js';
import { longestPath, type PathScratch, Way } from './longest-path.js';
import { MAX_OWED } from './max-owed.js';

/** Longest stretch, in fuel units, that a function may run without its own check. */
const MAX_UNCHECKED = 128;

/** How each function takes part in metering. */
export const enum Role {
  /** Charges and checks at its entry. */
  Checked = 0,
  /** Charges, but needs no check at its entry: the code before its first check is short. */
  Short = 1,
  /** Does nothing itself: its callers pay its cost or its maximum cost. */
  Free = 2,
}

/** Functions that can be reached by something other than a direct call. */
export interface Reachable {
  /** May be called by the host or through a reference: they must pay for themselves. */
  readonly escaping: ReadonlySet<number>;
  /** Can be reached only by `call_indirect`; undefined if it may reach more than these and the escaping ones. */
  readonly tabled: ReadonlySet<number> | undefined;
}

/**
 * What is known about the targets of calls. Targets are the functions by their index, then one target per type for
 * `call_indirect`, and last one for `call_ref`.
 */
export interface CallGraph {
  readonly roles: Uint8Array;
  /** Fuel that a call adds at the caller. */
  readonly paid: Float64Array;
  /** 1 if the target, though free, may call the host or something that is not free; it traps then. */
  readonly leaves: Uint8Array;
}

/**
 * Decides for every function whether it has to check, has to charge, or neither.
 *
 * Every cycle of calls and every loop contains a check: a function that calls a non-short function checks at its entry,
 * unless it traps when that call returns. If exceptions are caught, it may never reach the trap.
 *
 * @param exact Only functions with the same cost on every returning path may be free.
 */
export function analyseCalls(
  module: Module,
  events: EventList,
  shapes: readonly FunctionShape[],
  { escaping, tabled }: Reachable,
  scratch: PathScratch,
  exact: boolean,
): CallGraph {
  const imported = module.importedFunctions;
  const { functions, types } = module;
  const targets = functions.length + types.length + 1;
  const roles = new Uint8Array(targets);
  const paid = new Float64Array(targets);
  const leaves = new Uint8Array(targets);
  /** Longest stretch of a function without a check, including callees. */
  const stretch = new Float64Array(targets);
  /** 0 not seen, 1 in progress, 2 done. */
  const state = new Uint8Array(targets).fill(2, 0, imported);
  const catches = shapes.some((shape) => shape.hasCatch);

  const finish = (index: number): void => {
    const shape = shapes[index - imported]!;
    const escapes = escaping.has(index);
    let isShort = !shape.hasUnknown;
    let callees = 0;
    for (let event = shape.first; isShort && shape.hasCall && event < shape.last; event += 1) {
      const flags = events.flags(event);
      if ((flags & 0xff) !== EventKind.Call || (flags & DEAD) !== 0) continue;
      const callee = events.argument(event);
      if (roles[callee] === Role.Checked) {
        // A panic, such as a failed bounds check. A function in progress calls this function.
        isShort = !catches && state[callee] === 2 && events.kind(event + 1) === EventKind.Trap;
        leaves[index] = 1;
      } else {
        leaves[index]! |= leaves[callee]!;
        if (roles[callee] === Role.Short) callees += stretch[callee]!;
      }
    }
    // The host may call back escaping functions.
    if (escapes && leaves[index] === 1) return;
    // A loop checks itself; only the cost of calls in it must not add up.
    if (isShort && shape.hasLoop && shape.hasCall) isShort = callees === 0;
    if (!isShort) return;
    let entry = longestPath(events, shape, scratch, paid);
    stretch[index] = entry + callees;
    if (stretch[index] > MAX_UNCHECKED) return;
    roles[index] = Role.Short;
    if (shape.hasLoop || callees > 0 || escapes) return;
    if (exact) {
      entry = longestPath(events, shape, scratch, paid, Way.LongestReturning);
      const shortest = longestPath(events, shape, scratch, paid, Way.ShortestReturning);
      if (entry !== shortest) return;
    }
    roles[index] = Role.Free;
    paid[index] = entry;
  };

  // Callees first, without recursion: a chain of a million calls is a valid module.
  const stack: { index: number; event: number }[] = [];
  const enter = (index: number): void => {
    state[index] = 1;
    stack.push({ index, event: shapes[index - imported]!.first });
  };
  for (let root = imported; root < functions.length; root += 1) {
    if (state[root] !== 0) continue;
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const shape = shapes[top.index - imported]!;
      let next = -1;
      if (shape.hasCall && !shape.hasUnknown) {
        while (top.event < shape.last && next === -1) {
          if (events.kind(top.event) === EventKind.Call) {
            const callee = events.argument(top.event);
            if (state[callee] === 0) next = callee;
          }
          top.event += 1;
        }
      }
      if (next === -1) {
        finish(top.index);
        state[top.index] = 2;
        stack.pop();
      } else {
        enter(next);
      }
    }
  }

  // If a body calls short functions so often that much would be owed, they must check. No cycle passes through them, so
  // their callers may stay short. An unknown target may be any function that can be reached by something other than a direct call.
  stretch.fill(MAX_UNCHECKED, functions.length);
  roles.fill(Role.Short, functions.length);
  for (const { first, last, hasCall, hasUnknown } of shapes) {
    if (!hasCall && !hasUnknown) continue;
    let owed = 0;
    for (let event = first; event < last; event += 1) {
      const kind = events.flags(event) & (0xff | DEAD);
      if (kind !== EventKind.Call && kind !== EventKind.CallUnknown) continue;
      const callee = events.argument(event);
      if (roles[callee] !== Role.Short) continue;
      owed += stretch[callee]!;
      if (owed > MAX_OWED) roles[callee] = Role.Checked;
    }
  }
  if (roles.includes(Role.Checked, functions.length)) {
    for (const index of [...escaping, ...(tabled ?? [])]) {
      if (roles[index] === Role.Short) roles[index] = Role.Checked;
    }
  }

  if (tabled !== undefined) {
    // Types with the same spelling are the same: they share the target of the first of them.
    const first = new Map<string, number>();
    const target = types.map((type, index) => {
      const signature =
        type.kind === 'function' ? `${type.params.join()}>${type.results.join()}` : '';
      if (!first.has(signature)) first.set(signature, functions.length + index);
      return first.get(signature)!;
    });
    // A call of a function that no table holds traps.
    roles.fill(Role.Free, functions.length, targets - 1);
    for (const index of tabled) {
      const at = target[functions[index]!]!;
      roles[at] = Math.min(roles[at]!, roles[index]!);
      paid[at] = Math.max(paid[at]!, paid[index]!);
      leaves[at]! |= leaves[index]!;
    }
    target.forEach((at, index) => {
      for (const list of [roles, paid, leaves]) list[functions.length + index] = list[at]!;
    });
  }
  return { roles, paid, leaves };
}
