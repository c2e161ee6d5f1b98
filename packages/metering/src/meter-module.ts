// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import {
  ByteReader,
  ByteWriter,
  DecodeError,
  decodeModule,
  InstructionCursor,
  type Module,
  SECTION_ORDER,
  SectionId,
  type TypeDefinition,
} from '@testbench/wasm';

import { analyseCalls, type Reachable, Role } from './call-graph.js';
import { ChargeList } from './charge-list.js';
import { completeCosts, type CostTable, OperatorCosts } from './cost-table.js';
import { ExactPlacement } from './exact-placement.js';
import { EventList, type FunctionShape } from './function-events.js';
import { HelperFunctions } from './helper-functions.js';
import { longestPath, PathScratch } from './longest-path.js';
import { MeterError } from './meter-error.js';
import {
  DENIED_EXPORT,
  FUEL_EXPORT,
  HOOK_EXPORT,
  RESERVED_PREFIX,
  stateExport,
} from './reserved-names.js';
import { FunctionRewriter } from './rewrite-function.js';
import { FunctionScanner } from './scan-function.js';
import { Opcode } from './operators.js';

/** Engines accept no longer function bodies. */
const MAX_BODY_BYTES = 7_654_321;

/**
 * V8 allows for five times the code by inlining where half of a module's functions are smaller than this many bytes, and for
 * twice the code where a quarter is, since then it takes the others for inlined already. Metering makes small functions larger
 * and their callers too: without a remedy, calls that are inlined before are not afterwards.
 */
const SMALL_BODY = 50;

/** Engines accept no more functions in a module. */
const MAX_FUNCTIONS = 1_000_000;

/** @see https://webassembly.github.io/branch-hinting/core/appendix/custom.html */
const BRANCH_HINTS = 'metadata.code.branch_hint';

/** Custom sections that speak of code by its position, which the rewriting changes. */
const STALE_SECTIONS =
  /^(\.debug_|reloc\.|linking$|sourceMappingURL$|external_debug_info$|metadata\.code\.)/;

/** How fuel is counted; see {@link MeterOptions.mode}. */
export type MeterMode = 'exact' | 'coarse';

/** Options of {@link meterModule}. */
export interface MeterOptions {
  /**
   * `coarse` charges at function entries and loops what the costliest way from there may need: cheapest, and never less
   * than `exact`, which charges what is executed. @default 'coarse'
   */
  readonly mode?: MeterMode;
  /** Pages beyond which `memory.grow` returns -1. @default undefined: the module's own maximum */
  readonly maxMemoryPages?: number | undefined;
  /** Elements beyond which `table.grow` returns -1. @default undefined: the module's own maximum */
  readonly maxTableElements?: number | undefined;
  /** Exports mutable globals, tables and memories under reserved names, for snapshots. @default false */
  readonly exportState?: boolean;
  /** Prices; what is missing has its default. */
  readonly costs?: Partial<CostTable>;
  /** Fuel of what runs before a meter is attached: the start function. @default 10000000 */
  readonly startFuel?: number;
  /**
   * The caller has let the engine validate these very bytes. Without that, metering an invalid module could make it
   * valid, and let the guest reach the meter. @default false
   */
  readonly validated?: boolean;
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
    /** Functions that needed nothing, because their callers pay for them. */
    readonly free: number;
    /** Places where fuel is charged. */
    readonly charges: number;
    /** Places where the guest may be stopped. */
    readonly checks: number;
    /** Size of the result over that of the original. */
    readonly growth: number;
  };
}

/**
 * Rewrites a module so that it counts fuel and stops when it is used up.
 *
 * The result has the module's own imports and exports, plus exports under `RESERVED_PREFIX`, and behaves the same until a
 * limit stops it. Instantiate it, then call `attachMeter`.
 *
 * @param bytes The whole module; not changed.
 * @throws {MeterError} `METER_INVALID_MODULE` if the engine rejects it, `METER_RESERVED_NAME`, `METER_BODY_TOO_LARGE`.
 * @throws {RangeError} If an option is out of range.
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
export function meterModule(bytes: Uint8Array, options: MeterOptions = {}): MeteredModule {
  const costs = completeCosts(options.costs);
  const mode = options.mode ?? 'coarse';
  checkCount('maxMemoryPages', options.maxMemoryPages);
  checkCount('maxTableElements', options.maxTableElements);
  checkCount('startFuel', options.startFuel);
  if (options.validated !== true) validate(bytes);
  return new Rewriting(decode(bytes), mode, costs, options).run();
}

function checkCount(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
    throw new RangeError(`Cannot meter module: ${name} is ${value}, not a whole number`);
  }
}

function validate(bytes: Uint8Array): void {
  const source = bytes as Uint8Array<ArrayBuffer>;
  if (WebAssembly.validate(source)) return;
  // Our own decoder says more, with an offset, where it sees the error as well.
  decode(bytes);
  let cause: unknown;
  try {
    // Compiling is only for the engine's message: validation gives none.
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

class Rewriting {
  private readonly events = new EventList();
  private readonly helpers: HelperFunctions;
  private readonly fuelGlobal: number;
  private readonly hookTable: number;
  private free = 0;
  /** The branch hint section, empty if there is nothing to hint at. */
  private readonly hints = new ByteWriter();

  constructor(
    private readonly module: Module,
    private readonly mode: MeterMode,
    private readonly costs: CostTable,
    private readonly options: MeterOptions,
  ) {
    for (const { name, offset } of module.exports) {
      if (name.startsWith(RESERVED_PREFIX)) {
        throw new MeterError(
          'METER_RESERVED_NAME',
          `Cannot meter module: export "${name}" has the reserved prefix "${RESERVED_PREFIX}"`,
          offset,
        );
      }
    }
    this.fuelGlobal = module.globals.length;
    this.hookTable = module.tables.length;
    const at = {
      fuelGlobal: this.fuelGlobal,
      deniedGlobal: this.fuelGlobal + 1,
      hookTable: this.hookTable,
      firstFunction: module.functions.length,
    };
    const { maxMemoryPages, maxTableElements } = options;
    const limits = { maxMemoryPages, maxTableElements };
    this.helpers = new HelperFunctions(at, module.types.length, costs, limits);
  }

  run(): MeteredModule {
    const { module, mode, costs } = this;
    const code = new ByteWriter(Math.ceil(module.bytes.length * 1.3) + 1024);
    const stats = this.#rewriteBodies(code);
    const out = new ByteWriter(code.length + module.bytes.length + 1024);
    out.raw(module.bytes.subarray(0, 8));
    const left = [...SECTION_ORDER];
    for (const section of module.sections) {
      const { id, start, end } = section;
      if (id === SectionId.Custom) {
        if (!STALE_SECTIONS.test(section.name!)) out.copy(module.bytes, start, end);
        continue;
      }
      // Sections that the module lacks go where the order wants them.
      while (left[0] !== id) this.#writeMissing(left.shift()!, out, code);
      left.shift();
      if (!this.#writeSection(id, section.contentStart, end, out, code)) {
        out.copy(module.bytes, start, end);
      }
    }
    for (const id of left) this.#writeMissing(id, out, code);
    const bytes = out.finish();
    return {
      bytes,
      mode,
      costs,
      stats: {
        functions: module.bodies.length,
        free: this.free,
        charges: stats.charges,
        checks: stats.checks,
        growth: bytes.length / module.bytes.length,
      },
    };
  }

  #rewriteBodies(code: ByteWriter): { charges: number; checks: number } {
    const { module, events, mode } = this;
    const scanner = new FunctionScanner(module, events, new OperatorCosts(this.costs));
    const shapes = module.bodies.map((body) => scanner.scan(body));
    const scratch = new PathScratch();
    const exact = mode === 'exact';
    const reachable = this.#reachableFunctions(scanner, exact);
    const calls = analyseCalls(module, events, shapes, reachable, scratch, exact);
    const role = (index: number): number => calls.roles[module.importedFunctions + index]!;
    const pinCalls = shapes.some((shape) => shape.hasCatch);
    const placement = new ExactPlacement(events, calls.paid, pinCalls);
    const rewriter = new FunctionRewriter(
      module,
      events,
      code,
      this.helpers,
      this.fuelGlobal,
      calls,
    );
    const charges = new ChargeList();
    let large = 0;
    shapes.forEach((shape, index) => {
      const start = code.length;
      if (role(index) === Role.Free) {
        this.free += 1;
        const body = module.bodies[index]!;
        code.copy(module.bytes, body.start, body.end);
      } else {
        if (exact) placement.place(shape, charges);
        else placeCoarsely(events, shape, scratch, calls.paid, charges);
        rewriter.rewrite(index, { shape, charges, checkEntry: role(index) === Role.Checked });
      }
      if (code.length - start >= SMALL_BODY) large += 1;
      this.#prefixSize(code, start, module.bodies[index]!.start);
    });
    const room = MAX_FUNCTIONS - module.functions.length - this.helpers.bodies.length;
    this.helpers.pad(Math.min(2 * large - shapes.length, room));
    if (rewriter.hintedFunctions > 0) {
      this.hints.name(BRANCH_HINTS).u32(rewriter.hintedFunctions).raw(rewriter.hints.view());
    }
    return rewriter.stats;
  }

  /** Puts the size before the body that was just written. */
  #prefixSize(code: ByteWriter, start: number, offset: number): void {
    const size = code.length - start;
    if (size > MAX_BODY_BYTES) {
      throw new MeterError(
        'METER_BODY_TOO_LARGE',
        `Cannot meter module: a function body would have ${size} bytes, limit is ${MAX_BODY_BYTES}`,
        offset,
      );
    }
    code.u32(size);
    const prefix = code.length - start - size;
    const buffer = code.reserve(0);
    const encoded = buffer.slice(start + size, start + size + prefix);
    buffer.copyWithin(start + prefix, start, start + size);
    buffer.set(encoded, start);
  }

  #reachableFunctions(scanner: FunctionScanner, exact: boolean): Reachable {
    const { module } = this;
    const escaping = scanner.referenced;
    const tabled = new Set<number>();
    const cursor = new InstructionCursor(module.bytes, 0, 0);
    const walk = (start: number, end: number, found: Set<number>): number => {
      cursor.reset(start, end);
      while (cursor.next()) if (cursor.opcode === Opcode.RefFunc) found.add(cursor.index);
      return cursor.position;
    };
    for (const { kind, index } of module.exports) if (kind === 'function') escaping.add(index);
    if (module.start !== undefined) escaping.add(module.start.index);
    for (const { initial } of module.globals) {
      if (initial !== undefined) walk(initial.start, initial.end, escaping);
    }
    for (const { initial } of module.tables) {
      if (initial !== undefined) walk(initial.start, initial.end, tabled);
    }
    for (const { entries, count, expressions } of module.elements) {
      const reader = new ByteReader(module.bytes, entries.start, entries.end);
      for (let index = 0; index < count; index += 1) {
        if (expressions) reader.offset = walk(reader.offset, entries.end, tabled);
        else tabled.add(reader.u32('function index'));
      }
    }
    // Otherwise a function may cost more than its callers expect, or be called by others.
    const isPrivate =
      !exact &&
      !scanner.movesFunctions &&
      module.tables.every(({ imported }) => !imported) &&
      module.exports.every(({ kind }) => kind !== 'table') &&
      module.types.every(isPlain);
    if (isPrivate) return { escaping, tabled };
    for (const index of tabled) escaping.add(index);
    return { escaping, tabled: undefined };
  }

  #writeMissing(id: number, out: ByteWriter, code: ByteWriter): void {
    // An empty vector, to be appended to.
    this.#writeSection(id, -1, -1, out, code);
  }

  /** Writes a section that has something appended; false if this one has not. */
  #writeSection(
    id: number,
    start: number,
    end: number,
    out: ByteWriter,
    code: ByteWriter,
  ): boolean {
    const { helpers } = this;
    switch (id) {
      case SectionId.Type:
        // Each new type is an entry, and so a recursion group, of its own.
        this.#append(id, start, end, out, helpers.newTypes.length, (content) => {
          for (const type of helpers.newTypes) content.raw(type);
        });
        return true;
      case SectionId.Function:
        this.#append(id, start, end, out, helpers.types.length, (content) => {
          for (const type of helpers.types) content.u32(type);
        });
        return true;
      case SectionId.Table:
        // funcref, one element at least and at most.
        this.#append(id, start, end, out, 1, (content) => content.raw([0x70, 1, 1, 1]));
        return true;
      case SectionId.Global:
        this.#append(id, start, end, out, 2, (content) => {
          content.raw([0x7e, 1, Opcode.I64Const]).signed(this.options.startFuel ?? 10_000_000);
          content.u8(Opcode.End).raw([0x7f, 1, Opcode.I32Const, 0, Opcode.End]);
        });
        return true;
      case SectionId.Export: {
        const added = this.#newExports();
        this.#append(id, start, end, out, added.length, (content) => {
          for (const [name, kind, index] of added) content.name(name).u8(kind).u32(index);
        });
        return true;
      }
      case SectionId.Code:
        this.#writeCode(out, code);
        return true;
      default:
        return false;
    }
  }

  #append(
    id: number,
    start: number,
    end: number,
    out: ByteWriter,
    added: number,
    write: (content: ByteWriter) => void,
  ): void {
    const { bytes } = this.module;
    const content = new ByteWriter(end - start + 64);
    if (start === -1) {
      content.u32(added);
    } else {
      const reader = new ByteReader(bytes, start, end);
      content.u32(reader.u32('count') + added);
      content.copy(bytes, reader.offset, end);
    }
    write(content);
    out.section(id, content);
  }

  #writeCode(out: ByteWriter, code: ByteWriter): void {
    const { helpers, module } = this;
    if (this.hints.length > 0) out.section(SectionId.Custom, this.hints);
    const count = new ByteWriter().u32(module.bodies.length + helpers.bodies.length);
    const tail = new ByteWriter();
    for (const body of helpers.bodies) tail.u32(body.length).raw(body);
    out.u8(SectionId.Code).u32(count.length + code.length + tail.length);
    out.raw(count.view()).raw(code.view()).raw(tail.view());
  }

  #newExports(): (readonly [name: string, kind: number, index: number])[] {
    const { module } = this;
    const added: (readonly [string, number, number])[] = [
      [FUEL_EXPORT, 3, this.fuelGlobal],
      [DENIED_EXPORT, 3, this.fuelGlobal + 1],
      [HOOK_EXPORT, 1, this.hookTable],
    ];
    if (this.options.exportState === true) {
      module.globals.forEach(({ type }, index) => {
        if (type.mutable) added.push([stateExport('global', index), 3, index]);
      });
      module.tables.forEach((_, index) => added.push([stateExport('table', index), 1, index]));
      module.memories.forEach((_, index) => added.push([stateExport('memory', index), 2, index]));
    }
    return added;
  }
}

/** A function type that equals another exactly if both are written alike. */
function isPlain(type: TypeDefinition): boolean {
  if (type.kind !== 'function' || !type.final || type.recursive) return false;
  // Two indices may stand for one type.
  return ![...type.params, ...type.results].some((value) => value.startsWith('('));
}

function placeCoarsely(
  events: EventList,
  shape: FunctionShape,
  scratch: PathScratch,
  paid: Float64Array,
  charges: ChargeList,
): void {
  charges.reset(shape.first, shape.last);
  const { entry, loops } = longestPath(events, shape, scratch, paid);
  charges.set(-1, entry);
  for (const [event, weight] of loops) charges.set(event, weight);
}
