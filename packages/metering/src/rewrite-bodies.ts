// oxlint-disable typescript/no-unsafe-enum-comparison -- section ids and roles are numbers where they come from: bytes and typed arrays
import { ByteWriter, type Module, SectionId } from '@testbench/wasm';

import { analyseCalls, Role } from './call-graph.js';
import { ChargeList } from './charge-list.js';
import { type CostTable, OperatorCosts } from './cost-table.js';
import { CountCode } from './count-code.js';
import { ExactPlacement } from './exact-placement.js';
import { EventList, type FunctionShape } from './function-events.js';
import type { HelperFunctions } from './helper-functions.js';
import { longestPath, PathScratch, Way } from './longest-path.js';
import { MAX_OWED } from './max-owed.js';
import { MeterError } from './meter-error.js';
import { reachableFunctions } from './reachable-functions.js';
import { FunctionRewriter } from './rewrite-function.js';
import type { StateKeeper } from './saved-state.js';
import { FunctionScanner } from './scan-function.js';

/**
 * Maximum fuel paid at once, if the code has a place to pay. Prepaid code runs without a check: 512 KiB of loads that each wait
 * for memory took 28 ms, and 16,384 that each touch a page for the first time 13 ms.
 */
const MAX_REGION = 4_096;
/** The same for a function with exception handlers: each cut of a region is paid for on every path to a handler behind it. */
const MAX_GUARDED_REGION = 16_384;

/** Engines do not accept longer function bodies. */
const MAX_BODY_BYTES = 7_654_321;

/** Amount of fuel up to which sums of a few charges are exact in a double, and so fit a 64-bit constant. */
const MAX_CHARGE = 2 ** 50;

/**
 * V8 allows inlining to grow the code fivefold if half of a module's functions are smaller than this many bytes, and
 * twofold if a quarter are, since it then assumes that the others are already inlined. Metering makes small functions larger
 * and their callers too: without a remedy, calls that were inlined before no longer are.
 */
const SMALL_BODY = 50;

/** Maximum number of functions added for that: an engine uses about 100 bytes for each. */
const MAX_ADDED = 2 ** 16;

/** Engines accept no more functions in a module. */
const MAX_FUNCTIONS = 1_000_000;

/** Functions appended afterwards for the host. */
const MAX_HOST_FUNCTIONS = 8;

/** @see https://webassembly.github.io/branch-hinting/core/appendix/custom.html */
const BRANCH_HINTS = 'metadata.code.branch_hint';

/** The metered bodies of a module. */
export interface RewrittenBodies {
  /** Every body, preceded by its size. */
  readonly code: ByteWriter;
  /** Content of the branch hint section, empty if there are no hints. */
  readonly hints: ByteWriter;
  readonly functions: number;
  /** Functions that needed no changes. */
  readonly free: number;
  readonly charges: number;
  readonly checks: number;
  readonly writtenTables: ReadonlySet<number>;
}

/**
 * Rewrites all function bodies.
 *
 * @param state Tracks segments; undefined if not needed.
 * @param written Receives each body in turn, from the start; its `view` is read once a body is complete.
 * @throws {MeterError} `METER_BODY_TOO_LARGE`, `METER_COST_TOO_LARGE`.
 */
export function rewriteBodies(
  module: Module,
  helpers: HelperFunctions,
  costs: CostTable,
  exact: boolean,
  state: StateKeeper | undefined,
  written = new ByteWriter(),
): RewrittenBodies {
  const { bodies, bytes, importedFunctions, sections } = module;
  const section = sections.find(({ id }) => id === SectionId.Code);
  const codeBytes = section === undefined ? 0 : section.end - section.start;
  const code = new ByteWriter(Math.ceil(codeBytes * 1.3) + 1024);
  const events = new EventList(codeBytes);
  const scanner = new FunctionScanner(module, events, new OperatorCosts(costs));
  const shapes = bodies.map((body) => scanner.scan(body));
  const scratch = new PathScratch();
  const reachable = reachableFunctions(module, scanner, exact);
  const calls = analyseCalls(module, events, shapes, reachable, scratch, exact);
  const pinCalls = shapes.some((shape) => shape.hasCatch);
  const placement = new ExactPlacement(events, calls.paid, pinCalls);
  const count = new CountCode(written, helpers);
  const rewriter = new FunctionRewriter(module, events, written, count, helpers, calls, state);
  const charges = new ChargeList();
  let free = 0;
  let large = 0;
  let before = 0;
  shapes.forEach((shape, index) => {
    const body = bodies[index]!;
    written.length = 0;
    const role = calls.roles[importedFunctions + index]!;
    if (role === Role.Free) free += 1;
    if (role === Role.Free && !(shape.hasDrop && state !== undefined)) {
      written.copy(bytes, body.start, body.end);
      before += written.length;
    } else {
      let owed = 0;
      if (role === Role.Free) charges.reset(shape.first, shape.last);
      else if (exact) owed = placement.place(shape, charges);
      else placeCoarsely(events, shape, scratch, calls.paid, charges);
      // Also true for NaN.
      if (!(charges.largest <= MAX_CHARGE)) {
        throw new MeterError(
          'METER_COST_TOO_LARGE',
          `Cannot meter module: a function would pay ${charges.largest} units at once, limit is ${MAX_CHARGE}`,
          body.start,
        );
      }
      const checkEntry = role === Role.Checked;
      const checkExits = owed > MAX_OWED && (shape.hasCall || shape.hasUnknown);
      // In coarse mode, a payment inside a body is the weight of a separate region.
      const checkCharges = !exact || (checkExits && shape.hasCatch);
      const plan = { shape, charges, checkEntry, checkExits, checkCharges, before };
      before += rewriter.rewrite(index, plan);
    }
    const size = written.length;
    if (size >= SMALL_BODY) large += 1;
    if (size > MAX_BODY_BYTES) {
      throw new MeterError(
        'METER_BODY_TOO_LARGE',
        `Cannot meter module: a function body would have ${size} bytes, limit is ${MAX_BODY_BYTES}`,
        body.start,
      );
    }
    code.u32(size).raw(written.view());
  });
  const room = MAX_FUNCTIONS - module.functions.length - helpers.bodies.length - MAX_HOST_FUNCTIONS;
  helpers.pad(Math.min(2 * large - shapes.length, MAX_ADDED, room));
  const hints = new ByteWriter();
  if (count.hintedFunctions > 0) {
    hints.name(BRANCH_HINTS).u32(count.hintedFunctions).raw(count.hints.view());
  }
  return {
    code,
    hints,
    functions: shapes.length,
    free,
    charges: count.charges,
    checks: count.checks,
    writtenTables: scanner.writtenTables,
  };
}

function placeCoarsely(
  events: EventList,
  shape: FunctionShape,
  scratch: PathScratch,
  paid: Float64Array,
  charges: ChargeList,
): void {
  charges.reset(shape.first, shape.last);
  const most = shape.handlers === 0 ? MAX_REGION : MAX_GUARDED_REGION;
  charges.set(-1, longestPath(events, shape, scratch, paid, Way.Longest, most, charges));
}
