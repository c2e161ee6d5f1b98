import type { Isolation } from '@testbench/manager';

import type { Arena } from './arena.ts';

/** Where an attack runs: an isolation, or `host` if it is not about any isolation. */
export type Mode = Isolation | 'host';

/** Every {@link Mode}, in the order of the report. */
export const MODES: readonly Mode[] = ['inline', 'thread', 'process', 'host'];

/** The isolations: where most attacks run. */
export const ISOLATED: readonly Mode[] = ['inline', 'thread', 'process'];

/** One way to attack, and the proof that it fails. */
export interface Attack {
  /** Row of the catalogue. */
  readonly row: number;
  /** What is tried, in a few words. */
  readonly name: string;
  readonly modes: readonly Mode[];
  /** True if the subject of the row does not exist here; `run` then proves its absence. */
  readonly absent?: boolean;
  /** @returns What contained it. @throws If it was not contained. */
  readonly run: (arena: Arena) => string | Promise<string>;
}

/** The outcome of one attack in one mode. */
export interface Verdict {
  readonly row: number;
  readonly name: string;
  readonly mode: Mode;
  readonly outcome: 'contained' | 'absent' | 'NOT CONTAINED';
  /** What contained it, or what went wrong. */
  readonly by: string;
  readonly durationMs: number;
  /** Longest time for which the host's event loop stood still. */
  readonly stallMs: number;
}

/** Something that a defence should have prevented. */
export class NotContained extends Error {
  override readonly name = 'NotContained';
}

/** @throws {NotContained} Unless `condition` holds. */
export function insist(condition: boolean, otherwise: string): void {
  if (!condition) throw new NotContained(otherwise);
}
