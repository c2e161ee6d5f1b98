import { hookFunction } from './hook-function.js';
import { MeterError } from './meter-error.js';
import { DENIED_EXPORT, FUEL_EXPORT, HOOK_EXPORT } from './reserved-names.js';

/** What a handler says when a slice is used up. */
export type SliceVerdict = 'continue' | 'deadline' | 'cancelled';

/** Looks at the clock, or at a cancel flag, between slices. */
export interface MeterHandler {
  /** Fuel between two calls of {@link onSlice}. @default 250000, well under a millisecond of most code */
  readonly sliceFuel?: number;
  /** Called when a slice is used up and fuel is left. An exception counts as `cancelled`; see `Meter.handlerError`. */
  onSlice(): SliceVerdict;
}

/** The meter of one instance. */
export interface Meter {
  /**
   * Fills up before a call and forgets what happened before.
   *
   * @param fuel Units, from 0 to 2^62.
   */
  setFuel(fuel: bigint | number): void;
  /**
   * Takes fuel for work that a host function does for the guest. The guest is stopped at its next check if too little is left.
   *
   * @param fuel Units, a whole number from 0 to 2^53.
   */
  charge(fuel: number): void;
  /** Fuel used since {@link setFuel}; never more than was set. */
  readonly fuelUsed: bigint;
  /** Why the guest was stopped; undefined if it was not. It stays stopped until the next {@link setFuel}. */
  readonly exhausted: 'fuel' | 'deadline' | 'cancelled' | undefined;
  /** Growths of memories and tables that a limit refused since {@link setFuel}. */
  readonly growthDenied: number;
  /** What `onSlice` threw, if it threw. */
  readonly handlerError: unknown;
}

/** Slices without a handler: what a trap can lose stays bounded, and the hook costs nothing that can be measured. */
const UNPOLLED_SLICE = 10_000_000n;
const MAX_FUEL = 1n << 62n;

/**
 * Connects the host to an instance of a metered module.
 *
 * Attach once per instance. What ran before, such as the start function, had the module's `startFuel`.
 *
 * @param handler Polled at every slice; without one, only fuel stops the guest.
 * @throws {MeterError} `METER_NOT_METERED` if the instance is not of a metered module.
 * @throws {RangeError} If `handler.sliceFuel` is not a positive whole number.
 */
export function attachMeter(instance: WebAssembly.Instance, handler?: MeterHandler): Meter {
  const { exports } = instance;
  const fuel = exports[FUEL_EXPORT];
  const denied = exports[DENIED_EXPORT];
  const hook = exports[HOOK_EXPORT];
  if (
    !(fuel instanceof WebAssembly.Global) ||
    !(denied instanceof WebAssembly.Global) ||
    !(hook instanceof WebAssembly.Table)
  ) {
    throw new MeterError('METER_NOT_METERED', 'Cannot attach meter: the module was not metered');
  }
  const slice = handler?.sliceFuel ?? 250_000;
  if (!Number.isSafeInteger(slice) || slice <= 0) {
    throw new RangeError(`Cannot attach meter: sliceFuel is ${slice}, not a positive whole number`);
  }
  const meter = new InstanceMeter(
    fuel,
    denied,
    handler,
    handler === undefined ? UNPOLLED_SLICE : BigInt(slice),
  );
  hook.set(
    0,
    hookFunction(() => meter.nextSlice()),
  );
  return meter;
}

class InstanceMeter implements Meter {
  exhausted: Meter['exhausted'];
  handlerError: unknown;
  /** What `setFuel` allowed, and how much of it the guest has been given so far. */
  private total: bigint;
  private granted: bigint;

  constructor(
    private readonly fuel: WebAssembly.Global,
    private readonly denied: WebAssembly.Global,
    private readonly handler: MeterHandler | undefined,
    private readonly slice: bigint,
  ) {
    this.total = this.granted = fuel.value as bigint;
    if (this.total < 0n) {
      this.exhausted = 'fuel';
      this.total = this.granted = 0n;
    }
  }

  setFuel(fuel: bigint | number): void {
    const total = BigInt(fuel);
    if (total < 0n || total > MAX_FUEL) {
      throw new RangeError(`Cannot set fuel: ${total} is not in [0, 2^62]`);
    }
    this.total = total;
    this.granted = total < this.slice ? total : this.slice;
    this.fuel.value = this.granted;
    this.denied.value = 0;
    this.exhausted = undefined;
    this.handlerError = undefined;
  }

  charge(fuel: number): void {
    // While a host function runs, the guest's counter stands in the global.
    this.fuel.value = (this.fuel.value as bigint) - BigInt(fuel);
  }

  get fuelUsed(): bigint {
    const used = this.granted - (this.fuel.value as bigint);
    return used > this.total ? this.total : used;
  }

  get growthDenied(): number {
    return (this.denied.value as number) >>> 0;
  }

  /** Called by the guest when its slice is used up: the global is negative, and stays so if there is no more. */
  nextSlice(): void {
    if (this.exhausted !== undefined) return;
    const remaining = this.fuel.value as bigint;
    const left = this.total - this.granted;
    if (left + remaining < 0n) {
      this.exhausted = 'fuel';
      return;
    }
    const verdict = this.#ask();
    if (verdict !== 'continue') {
      this.exhausted = verdict;
      return;
    }
    // The debt of one charge may be larger than a slice.
    const wanted = this.slice - remaining;
    const grant = wanted < left ? wanted : left;
    this.granted += grant;
    this.fuel.value = remaining + grant;
  }

  #ask(): SliceVerdict {
    if (this.handler === undefined) return 'continue';
    try {
      return this.handler.onSlice();
    } catch (error) {
      // An exception would pass through the guest, which could catch it.
      this.handlerError = error;
      return 'cancelled';
    }
  }
}
