import type { RunRange } from '@testbench/types/stores';

import type { ExecutorStatus } from './executor-options.js';
import { MAX_REFUSALS, POLL_JOBS } from './limits.js';
import { shardName } from './message.js';

/** The shards of a run as its coordinator knows them: which have rows, which were given to the queue, and which failed. */
export class ShardList {
  /** In the order of records. */
  readonly #ranges: readonly RunRange[];
  /** Shards without rows, by name; those after `#next` are not in the queue yet. */
  readonly #open: Map<string, RunRange>;
  #next = 0;
  readonly #failed = new Map<string, string>();
  readonly #refusals = new Map<string, number>();
  /** Shards handed to the run, but not settled yet. */
  readonly #underWay = new Set<string>();

  /** @param missing Ranges without rows, in the order of records. */
  constructor(missing: readonly RunRange[], shardRecords: number) {
    this.#ranges = cut(missing, shardRecords);
    this.#open = new Map(this.#ranges.map((range) => [shardName(range), range]));
  }

  get status(): ExecutorStatus {
    const shards = this.#ranges.length;
    return { shards, done: shards - this.#open.size, failed: this.#failed.size };
  }

  /** True if every shard has rows on disk or was set aside. */
  get isDone(): boolean {
    return this.#open.size === this.#failed.size && this.#underWay.size === 0;
  }

  /** Reasons why shards were set aside, by name. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failed;
  }

  /** The next shards for the queue, which holds a window of them; none while there is little room. */
  next(windowJobs: number): readonly RunRange[] {
    const waiting = this.#next - (this.#ranges.length - this.#open.size) - this.#failed.size;
    const room = windowJobs - waiting;
    if (this.#next >= this.#ranges.length || room < Math.min(windowJobs / 4, POLL_JOBS)) return [];
    return this.#ranges.slice(this.#next, this.#next + room);
  }

  /** Notes that shards of `next` are in the queue. */
  given(count: number): void {
    this.#next += count;
  }

  /** Shards that the queue must have. */
  inQueue(): RunRange[] {
    const end = this.#ranges[this.#next]?.from ?? Number.POSITIVE_INFINITY;
    const given: RunRange[] = [];
    // In the order of records, of which there may be a million.
    for (const [name, range] of this.#open) {
      if (range.from >= end) break;
      if (!this.#failed.has(name)) given.push(range);
    }
    return given;
  }

  /** True if a shard of this name lacks rows and was not set aside. */
  isAwaited(name: string): boolean {
    return this.#open.has(name) && !this.#failed.has(name);
  }

  /** True if a shard of this name lacks rows. */
  isOpen(name: string): boolean {
    return this.#open.has(name);
  }

  /** Number of shards that were handed to the run, but are not settled yet. */
  get underWay(): number {
    return this.#underWay.size;
  }

  isUnderWay(name: string): boolean {
    return this.#underWay.has(name);
  }

  wasRefused(name: string): boolean {
    return this.#refusals.has(name);
  }

  /** Notes that the rows of a shard were handed to the run. */
  take(name: string): void {
    this.#underWay.add(name);
  }

  /** Notes that the rows of a shard are on disk. */
  complete(name: string): void {
    this.#underWay.delete(name);
    this.#open.delete(name);
  }

  /** Notes that the rows of a shard were refused. @returns The shard, to be run again; undefined after too many refusals. */
  refuse(name: string): RunRange | undefined {
    this.#underWay.delete(name);
    const count = (this.#refusals.get(name) ?? 0) + 1;
    this.#refusals.set(name, count);
    return count >= MAX_REFUSALS ? undefined : this.#open.get(name);
  }

  setAside(name: string, reason: string): void {
    this.#failed.set(name, reason);
  }
}

/** Cuts the missing ranges at multiples of the size, so that a continued run asks for the same shards. */
function cut(missing: readonly RunRange[], size: number): RunRange[] {
  const ranges: RunRange[] = [];
  for (const { from, to } of missing) {
    for (let at = from; at < to;) {
      const end = Math.min(to, (Math.floor(at / size) + 1) * size);
      ranges.push({ from: at, to: end });
      at = end;
    }
  }
  return ranges;
}
