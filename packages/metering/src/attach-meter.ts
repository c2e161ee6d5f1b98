import { ConfigNode, rejectUnknownKeys } from '@testbench/types/config';

import { hookFunction, type SliceSource } from './hook-function.js';
import { type HostAccess, openAccess, Request } from './host-access.js';
import { MeterError } from './meter-error.js';
import { ATTACH_EXPORT } from './reserved-names.js';

/** Read once: Node defines the global with a getter, which takes as long as asking for the time. */
const { performance } = globalThis;

/** A handler's decision when a slice is used up. */
export type SliceVerdict = 'continue' | 'deadline' | 'cancelled';

/** Checks the clock, or a cancel flag, between slices. */
export interface MeterHandler {
  /**
   * Maximum fuel between two calls of {@link onSlice}. The meter checks the clock, and makes slices smaller if they take more than
   * a millisecond. @default 250000, well under a millisecond of most code
   */
  readonly sliceFuel?: number;
  /**
   * The time left for the call, so that slices are smaller when little is left: a guest that was fast so far may be slow in the next
   * slice, and 250,000 loads that miss all caches take 40 ms, or 200 if each touches a page for the first time. @default unknown
   *
   * @param nowMs The time from `performance.now()`.
   */
  msLeft?(nowMs: number): number;
  /**
   * Called when a slice is used up and fuel is left. An exception counts as `cancelled`; see `Meter.handlerError`.
   *
   * @param nowMs The time from `performance.now()`.
   */
  onSlice(nowMs: number): SliceVerdict;
}

/** The meter of one instance. */
export interface Meter {
  /**
   * Sets the fuel before a call and clears earlier results.
   *
   * @param fuel Units, from 0 to 2^62; counts are exact up to 2^53.
   */
  setFuel(fuel: bigint | number): void;
  /**
   * Charges fuel for work that a host function does for the guest.
   *
   * If the guest's slice is used up, the handler is asked at once: the guest may run for long before its next check, and
   * call the host again and again. Let the exception pass through the guest: a guest that catches it is stopped where it continues.
   *
   * @param fuel Units, a whole number from 0 to 2^53.
   * @throws {MeterError} `METER_EXHAUSTED` if the guest has to stop.
   */
  charge(fuel: number): void;
  /**
   * Asks the handler, however much of the slice is left. For use after host work that may have taken long.
   *
   * @throws {MeterError} `METER_EXHAUSTED` if the guest has to stop.
   */
  poll(): void;
  /** The module was metered with `deferStart`, and has a start function. */
  readonly hasStart: boolean;
  /**
   * Runs the start function of a module that was metered with `deferStart`. Does nothing if there is none.
   *
   * @throws Any error of the start function.
   */
  runStart(): void;
  /**
   * Saves the current mutable globals and tables; the caller copies memories.
   *
   * @returns false if they cannot be restored: the module was not metered as `resettable`; it has types of the
   *   garbage-collected heap, a memory that is neither exported nor imported, or an imported mutable global or a written table
   *   whose references may not be null.
   */
  saveState(): boolean;
  /**
   * Restores mutable globals and tables to the state saved by {@link saveState}, bit by bit.
   *
   * @returns false if it cannot: nothing is saved, a table has grown since, or a passive segment was dropped.
   */
  restoreState(): boolean;
  /** Fuel used since {@link setFuel}; never more than was set. */
  readonly fuelUsed: bigint;
  /** Why the guest was stopped; undefined if it was not. It stays stopped until the next {@link setFuel}. */
  readonly exhausted: 'fuel' | 'deadline' | 'cancelled' | undefined;
  /** Growths of memories and tables that a limit refused since {@link setFuel}. */
  readonly growthDenied: number;
  /** The error that `onSlice` threw, if any. */
  readonly handlerError: unknown;
}

/** Slice size without a handler: the fuel that a trap can lose stays bounded, and the hook costs nothing measurable. */
const UNPOLLED_SLICE = 10_000_000;
const MAX_FUEL = 2 ** 62;

/** A call that waits for memory at every step takes 170 ns or more per unit: its first slice should also end soon. */
const FIRST_SLICE = 8_000;
const MIN_SLICE = 500;
/** Slices that take longer than this become smaller, and those that take less than a quarter of it larger. */
const SLICE_MS = 1;
/**
 * Fuel that takes a few milliseconds in the slowest code that we know, and the amount of it per millisecond: a load may touch a page for the
 * first time, which takes the system 0.8 microseconds on a busy virtual machine.
 */
const SHARP_SLICE = 6_000;
const SLOW_FUEL_PER_MS = 1_000;

/**
 * Connects the host to an instance of a metered module.
 *
 * Code that ran before, such as a start function that was not deferred, had the module's `startFuel`.
 *
 * @param handler Polled at every slice; without one, only fuel stops the guest.
 * @throws {MeterError} `METER_NOT_METERED` if the instance is not from a metered module, or already has a meter.
 * @throws {ConfigError} If the handler has no `onSlice`, an unknown key, or a value of the wrong type or range. Additional members of a
 *   class are ignored.
 */
export function attachMeter(instance: WebAssembly.Instance, handler?: MeterHandler): Meter {
  if (handler !== undefined) checkHandler(handler);
  const attach = instance.exports[ATTACH_EXPORT];
  if (typeof attach !== 'function') {
    throw new MeterError('METER_NOT_METERED', 'Cannot attach meter: the module was not metered');
  }
  const slice = handler?.sliceFuel ?? 250_000;
  return new InstanceMeter(attach, handler, handler === undefined ? UNPOLLED_SLICE : slice);
}

const HANDLER_KEYS: readonly (keyof MeterHandler)[] = ['sliceFuel', 'msLeft', 'onSlice'];

/** A handler is used directly, not copied: its methods may belong to a class. */
function checkHandler(handler: MeterHandler): void {
  const node = new ConfigNode(handler, 'handler');
  const prototype: unknown = Object.getPrototypeOf(node.object());
  if (prototype === Object.prototype || prototype === null) {
    rejectUnknownKeys(handler, HANDLER_KEYS, 'handler');
  }
  const part = (key: keyof MeterHandler): ConfigNode =>
    new ConfigNode(handler[key], `handler.${key}`);
  part('onSlice').callback();
  if (handler.sliceFuel !== undefined) part('sliceFuel').wholeNumber(1);
  if (part('msLeft').value !== undefined) part('msLeft').callback();
}

/** All amounts are whole numbers. */
class InstanceMeter implements Meter, SliceSource {
  exhausted: Meter['exhausted'];
  handlerError: unknown;
  readonly #access: HostAccess;
  /** The fuel that `setFuel` allowed, and how much of it the guest has received so far. */
  #total: number;
  #granted: number;
  /** Fuel of the next slice, and when the last one began. */
  #slice: number;
  #sliceStartMs = 0;
  readonly #handler: MeterHandler | undefined;
  readonly #maxSlice: number;

  constructor(attach: CallableFunction, handler: MeterHandler | undefined, maxSlice: number) {
    this.#handler = handler;
    this.#maxSlice = maxSlice;
    this.#slice = maxSlice;
    try {
      this.#access = openAccess(attach, hookFunction(), this);
    } catch (cause) {
      const state = 'the instance has a meter already';
      throw new MeterError('METER_NOT_METERED', `Cannot attach meter: ${state}`, undefined, {
        cause,
      });
    }
    this.#total = this.#granted = this.#access(Request.Add, 0);
    if (this.#total < 0) {
      this.exhausted = 'fuel';
      this.#total = this.#granted = 0;
    }
  }

  setFuel(fuel: bigint | number): void {
    const total = Number(fuel);
    if (!Number.isInteger(total) || total < 0 || total > MAX_FUEL) {
      throw new RangeError(`Cannot set fuel: ${total} is not a whole number in [0, 2^62]`);
    }
    this.#total = total;
    if (this.#handler !== undefined && this.#slice > FIRST_SLICE) this.#slice = FIRST_SLICE;
    // The time is not read here: there are many calls, and few of them use up a slice.
    this.#sliceStartMs = Number.NaN;
    this.#granted = total < this.#slice ? total : this.#slice;
    this.#access(Request.Begin, this.#granted);
    this.exhausted = undefined;
    this.handlerError = undefined;
  }

  charge(fuel: number): void {
    // While a host function runs, the guest's counter is in the global.
    const remaining = this.#access(Request.Add, -fuel);
    if (remaining >= 0) return;
    const next = this.nextSlice(remaining);
    if (this.exhausted !== undefined) this.#stop();
    this.#access(Request.Add, next - remaining);
  }

  poll(): void {
    if (this.exhausted === undefined) {
      const verdict = this.#ask(performance.now());
      if (verdict === 'continue') return;
      this.exhausted = verdict;
      // The rest of the slice is taken back.
      const remaining = this.#access(Request.Add, 0);
      if (remaining >= 0) {
        this.#access(Request.Add, -1 - remaining);
        this.#granted -= remaining + 1;
      }
    }
    this.#stop();
  }

  get hasStart(): boolean {
    return this.#access(Request.HasStart, 0) === 1;
  }

  runStart(): void {
    this.#access(Request.Start, 0);
  }

  saveState(): boolean {
    return this.#access(Request.Save, 0) === 1;
  }

  restoreState(): boolean {
    return this.#access(Request.Restore, 0) === 1;
  }

  get fuelUsed(): bigint {
    const used = this.#granted - this.#access(Request.Add, 0);
    return BigInt(used > this.#total ? this.#total : used);
  }

  get growthDenied(): number {
    return this.#access(Request.Denied, 0);
  }

  /**
   * Called when the slice is used up.
   *
   * @param remaining Negative.
   * @returns The remaining fuel with the next slice, or the same amount if there is none.
   */
  nextSlice(remaining: number): number {
    if (this.exhausted !== undefined) return remaining;
    const left = this.#total - this.#granted;
    if (left + remaining < 0) {
      this.exhausted = 'fuel';
      return remaining;
    }
    const nowMs = this.#handler === undefined ? 0 : performance.now();
    const verdict = this.#ask(nowMs);
    if (verdict !== 'continue') {
      this.exhausted = verdict;
      return remaining;
    }
    if (this.#handler !== undefined) this.#adapt(nowMs);
    // The debt of one charge may be larger than a slice.
    const wanted = this.#sizeAt(nowMs) - remaining;
    const grant = wanted < left ? wanted : left;
    this.#granted += grant;
    return remaining + grant;
  }

  /** A slice is an amount of work, but should correspond to an amount of time. The total does not depend on it. */
  #adapt(nowMs: number): void {
    const tookMs = nowMs - this.#sliceStartMs;
    this.#sliceStartMs = nowMs;
    if (tookMs > SLICE_MS) {
      const smaller = Math.floor(this.#slice * Math.min(0.5, SLICE_MS / tookMs));
      this.#slice = Math.max(smaller, Math.min(MIN_SLICE, this.#maxSlice));
    } else if (tookMs < SLICE_MS / 4) {
      this.#slice = Math.min(this.#maxSlice, 2 * this.#slice);
    }
  }

  /** Whatever the guest does, it should not return long after its deadline. */
  #sizeAt(nowMs: number): number {
    const left = this.#handler?.msLeft?.(nowMs) ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#slice, SHARP_SLICE + Math.floor(left * SLOW_FUEL_PER_MS));
  }

  #stop(): never {
    throw new MeterError('METER_EXHAUSTED', `Cannot go on: stopped by ${this.exhausted}`);
  }

  #ask(nowMs: number): SliceVerdict {
    if (this.#handler === undefined) return 'continue';
    try {
      return this.#handler.onSlice(nowMs);
    } catch (error) {
      // An exception would pass through the guest, which could catch it.
      this.handlerError = error;
      return 'cancelled';
    }
  }
}
