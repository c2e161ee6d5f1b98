import { METERING_MODES, type MeteringMode } from '@testbench/types';
import { readOptions } from '@testbench/types/config';
import { ByteWriter, DecodeError, decodeModule, type Module } from '@testbench/wasm';

import { assembleModule } from './assemble-module.js';
import { completeCosts, type CostTable, readCosts } from './cost-table.js';
import { supportsTypedReferences } from './engine-features.js';
import { HelperFunctions } from './helper-functions.js';
import { appendHostAccess } from './host-access.js';
import { MeterError } from './meter-error.js';
import { RESERVED_PREFIX } from './reserved-names.js';
import { rewriteBodies } from './rewrite-bodies.js';
import { StateKeeper } from './saved-state.js';

/** How fuel is counted; see {@link MeterOptions.mode}. */
export type MeterMode = MeteringMode;

/** Options of {@link meterModule}. */
export interface MeterOptions {
  /**
   * `coarse` charges at function entries and loops for the costliest path from there: the fastest mode, and never less
   * than `exact`, which charges what is executed. @default 'coarse'
   */
  readonly mode?: MeterMode;
  /** Pages beyond which `memory.grow` returns -1. @default undefined: the module's own maximum */
  readonly maxMemoryPages?: number | undefined;
  /** Elements beyond which `table.grow` returns -1. @default undefined: the module's own maximum */
  readonly maxTableElements?: number | undefined;
  /** Enables `Meter.saveState` and `Meter.restoreState`, for snapshots. @default false */
  readonly resettable?: boolean;
  /**
   * Leaves the start function to `Meter.runStart`, so that it runs under the limits of the meter. Otherwise it runs when the
   * module is instantiated, with `startFuel`. @default false
   */
  readonly deferStart?: boolean;
  /** Prices; missing ones have their defaults. */
  readonly costs?: Partial<CostTable>;
  /** Fuel of code that runs before a meter is attached: the start function. @default 10000000 */
  readonly startFuel?: number;
  /**
   * The caller has had the engine validate exactly these bytes. Without that, metering an invalid module could make it
   * valid, and let the guest reach the meter. @default false
   */
  readonly validated?: boolean;
  /**
   * The result may use `br_on_null` of typed function references: V8 12 and 13 (Node 22, 24), which do not support branch hints, need
   * it to keep the path to the host out of loops. Set to false if the result should run on an older engine than this one.
   * @default {@link supportsTypedReferences}
   */
  readonly typedReferences?: boolean;
}

/** A metered module. */
export interface MeteredModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mode: MeterMode;
  /** The complete prices: part of every cache key. */
  readonly costs: CostTable;
  readonly stats: {
    /** Functions of the module. */
    readonly functions: number;
    /** Functions that needed no changes, because their callers pay for them. */
    readonly free: number;
    /** Places where fuel is charged. */
    readonly charges: number;
    /** Places where the guest may be stopped. */
    readonly checks: number;
    /** Size of the result divided by that of the original. */
    readonly growth: number;
  };
}

/**
 * Rewrites a module so that it counts fuel and stops when the fuel is used up.
 *
 * The result has the module's own imports and exports, plus one export under `RESERVED_PREFIX`, and behaves the same until a
 * limit stops it. Instantiate it, then call `attachMeter`.
 *
 * @param bytes The whole module; not changed.
 * @param given Options that differ from the defaults.
 * @throws {MeterError} `METER_INVALID_MODULE` if the engine rejects it, `METER_RESERVED_NAME`, `METER_BODY_TOO_LARGE`,
 *   `METER_COST_TOO_LARGE`.
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, `CONFIG_INVALID`: an option is unknown, has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { attachMeter, meterModule } from '@testbench/metering';
 *
 * // (module (func (export "spin") (loop br 0)))
 * const spin = Uint8Array.of(
 *   0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 0x73, 0x70, 0x69, 0x6e, 0, 0,
 *   10, 9, 1, 7, 0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b,
 * );
 * const { instance } = await WebAssembly.instantiate(meterModule(spin).bytes);
 * const meter = attachMeter(instance);
 * meter.setFuel(1000);
 * try {
 *   (instance.exports.spin as () => void)();
 * } catch {
 *   meter.exhausted; // => 'fuel'
 * }
 * ```
 */
export function meterModule(bytes: Uint8Array, given?: MeterOptions): MeteredModule {
  return rewriteModule(bytes, given, new ByteWriter());
}

/**
 * Like {@link meterModule}, with the writer to which every metered body is written, from its start.
 *
 * @param written The parts of each body that are copied from the module go through its `copy`.
 */
export function rewriteModule(
  bytes: Uint8Array,
  given: MeterOptions | undefined,
  written: ByteWriter,
): MeteredModule {
  const options = readMeterOptions(given);
  const costs = completeCosts(options.costs);
  const mode = options.mode ?? 'coarse';
  if (options.validated !== true) validate(bytes);
  const module = decode(bytes);
  checkNames(module);
  const { typedReferences = supportsTypedReferences(), startFuel = 10_000_000 } = options;
  const limits = { ...options, startFuel };
  const helpers = new HelperFunctions(module, costs, limits, typedReferences);
  const state = options.resettable === true ? new StateKeeper(module, helpers) : undefined;
  const bodies = rewriteBodies(module, helpers, costs, mode === 'exact', state, written);
  const { code, hints, writtenTables, ...stats } = bodies;
  const start = options.deferStart === true ? module.start?.index : undefined;
  const attach = appendHostAccess(helpers, state?.finish({ writtenTables }), start);
  const metered = assembleModule(module, code, helpers, hints, attach, start !== undefined);
  return {
    bytes: metered,
    mode,
    costs,
    stats: { ...stats, growth: metered.length / bytes.length },
  };
}

function checkNames({ exports }: Module): void {
  for (const { name, offset } of exports) {
    if (name.startsWith(RESERVED_PREFIX)) {
      throw new MeterError(
        'METER_RESERVED_NAME',
        `Cannot meter module: export "${name}" has the reserved prefix "${RESERVED_PREFIX}"`,
        offset,
      );
    }
  }
}

function readMeterOptions(given: MeterOptions | undefined): MeterOptions {
  return readOptions<MeterOptions>(given, {
    mode: (node) => node.oneOf(METERING_MODES),
    maxMemoryPages: (node) => node.wholeNumber(0),
    maxTableElements: (node) => node.wholeNumber(0),
    resettable: (node) => node.boolean(),
    deferStart: (node) => node.boolean(),
    costs: readCosts,
    startFuel: (node) => node.wholeNumber(0),
    validated: (node) => node.boolean(),
    typedReferences: (node) => node.boolean(),
  });
}

function validate(bytes: Uint8Array): void {
  const source = bytes as Uint8Array<ArrayBuffer>;
  if (WebAssembly.validate(source)) return;
  // Our own decoder gives a better message, with an offset, if it also finds the error.
  decode(bytes);
  let cause: unknown;
  try {
    // Compile only to get the engine's message: validation gives none.
    void new WebAssembly.Module(source);
  } catch (error) {
    cause = error;
  }
  const detail = cause instanceof Error ? cause.message : 'the engine rejects it';
  throw new MeterError('METER_INVALID_MODULE', `Cannot meter module: ${detail}`, undefined, {
    cause,
  });
}

function decode(bytes: Uint8Array): Module {
  try {
    return decodeModule(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { offset, message } = error;
    throw new MeterError('METER_INVALID_MODULE', message, offset, { cause: error });
  }
}
