// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import type { Module } from '@testbench/wasm';

import { DEAD, EventKind, type EventList, type FunctionShape } from './function-events.js';
import { longestPath, type PathScratch } from './longest-path.js';

/**
 * Longest stretch, in fuel units, that a function may run without a check of its own. Small enough that a body full of
 * calls to such functions stays in the milliseconds.
 */
const MAX_UNCHECKED = 128;

/** How each function takes part in metering. */
export const enum Role {
  /** Charges and checks at its entry. */
  Checked = 0,
  /** Charges, but needs no check at its entry: what it does before its first check is short. */
  Short = 1,
  /** Does nothing itself: its cost is constant, and its callers pay it. */
  Free = 2,
}

/** Roles of all functions, and what the callers of free ones pay. */
export interface CallGraph {
  /** Role of each function that is not imported. */
  readonly roles: Uint8Array;
  /** Cost that a call of this function adds at the caller. */
  readonly extra: (callee: number) => number;
}

/**
 * Decides for every function whether it has to check, to charge, or neither.
 *
 * Every cycle of calls and every loop contains a check: a function that calls one that is not short checks at its entry.
 *
 * @param exact Only functions with the same cost on every way may be free.
 */
export function analyseCalls(
  module: Module,
  events: EventList,
  shapes: readonly FunctionShape[],
  escaping: ReadonlySet<number>,
  scratch: PathScratch,
  exact: boolean,
): CallGraph {
  const imported = module.importedFunctions;
  const roles = new Uint8Array(shapes.length);
  /** Longest stretch of a function without a check, callees included; Infinity if unknown. */
  const stretch = new Float64Array(shapes.length);
  const paid = new Float64Array(shapes.length);
  /** 0 not seen, 1 being looked at, 2 done. */
  const state = new Uint8Array(shapes.length);

  const extra = (callee: number): number => (callee < imported ? 0 : paid[callee - imported]!);

  const finish = (index: number): void => {
    const shape = shapes[index]!;
    let isShort = !shape.hasUnknown;
    let callees = 0;
    for (let event = shape.first; isShort && shape.hasCall && event < shape.last; event += 1) {
      const flags = events.flags(event);
      if ((flags & 0xff) !== EventKind.Call || (flags & DEAD) !== 0) continue;
      const callee = events.argument(event) - imported;
      // An imported function may call back; one that is being looked at calls this one.
      isShort = callee >= 0 && state[callee] === 2 && roles[callee] !== Role.Checked;
      if (isShort && roles[callee] === Role.Short) callees += stretch[callee]!;
    }
    // A loop checks itself; only what calls follow in it must not add up.
    if (isShort && shape.hasLoop && shape.hasCall) isShort = callees === 0;
    if (!isShort) return;
    const longest = longestPath(events, shape, scratch, extra).entry;
    stretch[index] = longest + callees;
    if (stretch[index] > MAX_UNCHECKED) return;
    roles[index] = Role.Short;
    if (shape.hasLoop || callees > 0 || escaping.has(index + imported)) return;
    if (exact && longestPath(events, shape, scratch, extra, true).entry !== longest) return;
    roles[index] = Role.Free;
    paid[index] = longest;
  };

  // Callees first, without recursion: a chain of a million calls is a valid module.
  const stack: { index: number; event: number }[] = [];
  for (let root = 0; root < shapes.length; root += 1) {
    if (state[root] !== 0) continue;
    state[root] = 1;
    stack.push({ index: root, event: shapes[root]!.first });
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const shape = shapes[top.index]!;
      let next = -1;
      if (shape.hasCall && !shape.hasUnknown) {
        while (top.event < shape.last && next === -1) {
          if (events.kind(top.event) === EventKind.Call) {
            const callee = events.argument(top.event) - imported;
            if (callee >= 0 && state[callee] === 0) next = callee;
          }
          top.event += 1;
        }
      }
      if (next === -1) {
        finish(top.index);
        state[top.index] = 2;
        stack.pop();
      } else {
        state[next] = 1;
        stack.push({ index: next, event: shapes[next]!.first });
      }
    }
  }
  return { roles, extra };
}
