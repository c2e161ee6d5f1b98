import { attachMeter, meterModule, type MeterMode } from '@testbench/metering';
import { decodeModule, HEADER, Opcode } from '@testbench/wasm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

// Internal: the kinds of events decide which programs are worth generating.
import { ChargeList } from '../../packages/metering/src/charge-list.js';
import { completeCosts, OperatorCosts } from '../../packages/metering/src/cost-table.js';
import { DEAD, EventKind, EventList } from '../../packages/metering/src/function-events.js';
import { longestPath, PathScratch, Way } from '../../packages/metering/src/longest-path.js';
import { FunctionScanner } from '../../packages/metering/src/scan-function.js';

import { encodeProgram } from './encode-program.js';
import { type Program, programs } from './generate-program.js';
import { COUNT, countNaively, ran } from './naive-counter.mjs';

const runs = Number(process.env['GENERATED_PROGRAMS'] ?? 750);
/** The same programs each time; `SEED=$RANDOM GENERATED_PROGRAMS=100000` searches for new failures. */
const seed = Number(process.env['SEED'] ?? 1);

const VOID = 0x40;
const TABLE_GET = 0x25;
const TABLE_SET = 0x26;
const DATA_DROP = 0xfc009;
const ELEM_DROP = 0xfc00d;

/** True if the engine accepts a module of these types and, after them, one function of the first with that body. */
const accepts = (types: readonly number[], body: readonly number[]): boolean =>
  WebAssembly.validate(
    Uint8Array.of(
      ...HEADER,
      ...[1, types.length].concat(types, [3, 2, 1, 0]),
      ...[10, body.length + 4, 1, body.length + 2, 0].concat(body, [0x0b]),
    ),
  );

/** try_table: Node 20 lacks it. */
const HAS_EXNREF = accepts([1, 0x60, 0, 0], [0x1f, VOID, 0, 0x0b]);
/** A type that contains a reference to a function: Node 20 lacks those. */
const HAS_REFERENCES = accepts([2, 0x60, 0, 0, 0x60, 1, 0x63, 0, 0], []);

interface Outcome {
  /** What `run` returned, or how it ended. */
  readonly result: number | string;
  readonly count: number;
}

function start(module: WebAssembly.Module): WebAssembly.Instance {
  const host = {
    call: (value: number): number => (instance.exports['descend'] as Unary)(value & 3),
  };
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, { host });
  return instance;
}

type Unary = (value: number) => number;

function call(instance: WebAssembly.Instance, argument: number): Outcome['result'] {
  try {
    return (instance.exports['run'] as Unary)(argument);
  } catch (error) {
    return error instanceof WebAssembly.RuntimeError ? error.message : 'uncaught';
  }
}

/** Operators that were executed in any program. */
const executed = new Set<number>();

function counted(bytes: Uint8Array<ArrayBuffer>, argument: number): Outcome {
  const watched = OPERATORS.filter((opcode) => !executed.has(opcode));
  const instance = start(new WebAssembly.Module(countNaively(bytes, watched)));
  const result = call(instance, argument);
  const value = (name: string): unknown => (instance.exports[name] as WebAssembly.Global).value;
  for (const opcode of watched) if (value(ran(opcode)) === 1) executed.add(opcode);
  return { result, count: Number(value(COUNT)) };
}

function metered(
  bytes: Uint8Array<ArrayBuffer>,
  argument: number,
  mode: MeterMode,
  sliceFuel: number,
): Outcome {
  const module = new WebAssembly.Module(meterModule(bytes, { mode }).bytes);
  const run = (fuel: number): Outcome => {
    const instance = start(module);
    // Slices that are far smaller than a run, so that refills happen everywhere.
    const meter = attachMeter(instance, { sliceFuel, onSlice: () => 'continue' });
    meter.setFuel(fuel);
    const result = call(instance, argument);
    return { result: meter.exhausted ?? result, count: Number(meter.fuelUsed) };
  };
  const outcome = run(1e12);
  // Some of the count is lost at a trap.
  if (mode === 'exact' || typeof outcome.result === 'string') return outcome;
  // The fuel that a run used is enough for it.
  return { ...outcome, result: run(outcome.count).result };
}

/** Operators that must have been executed at the end. */
const OPERATORS: readonly number[] = [
  Opcode.Unreachable,
  Opcode.Block,
  Opcode.Loop,
  Opcode.If,
  Opcode.Try,
  Opcode.Delegate,
  Opcode.Throw,
  Opcode.Rethrow,
  Opcode.Br,
  Opcode.BrIf,
  Opcode.BrTable,
  Opcode.Return,
  Opcode.Call,
  Opcode.CallIndirect,
  Opcode.ReturnCall,
  Opcode.ReturnCallIndirect,
  Opcode.MemoryGrow,
  Opcode.MemoryFill,
  Opcode.MemoryCopy,
  Opcode.MemoryInit,
  DATA_DROP,
  TABLE_GET,
  TABLE_SET,
  Opcode.TableGrow,
  Opcode.TableFill,
  Opcode.TableCopy,
  Opcode.TableInit,
  ELEM_DROP,
  ...(HAS_REFERENCES ? [Opcode.CallRef, Opcode.ReturnCallRef] : []),
  ...(HAS_EXNREF ? [Opcode.TryTable, Opcode.ThrowRef] : []),
];

/** Kinds of events that programs must contain; they do not contain stretches that are long enough for a pause. */
type Kind = Exclude<keyof typeof EventKind, 'Pause'>;
const { TryTable, ...others }: Readonly<Record<Kind, number>> = {
  Block: EventKind.Block,
  Loop: EventKind.Loop,
  If: EventKind.If,
  Else: EventKind.Else,
  End: EventKind.End,
  Br: EventKind.Br,
  BrIf: EventKind.BrIf,
  BrTable: EventKind.BrTable,
  Return: EventKind.Return,
  Trap: EventKind.Trap,
  Call: EventKind.Call,
  CallUnknown: EventKind.CallUnknown,
  TailCall: EventKind.TailCall,
  Throw: EventKind.Throw,
  Try: EventKind.Try,
  Catch: EventKind.Catch,
  TryTable: EventKind.TryTable,
  Bulk: EventKind.Bulk,
  Grow: EventKind.Grow,
  Drop: EventKind.Drop,
  Label: EventKind.Label,
};
const KINDS = Object.entries(HAS_EXNREF ? { ...others, TryTable } : others);

/** Live events of any program. */
const kinds = new Set<number>();

function checkEvents(bytes: Uint8Array<ArrayBuffer>): void {
  const module = decodeModule(bytes);
  const events = new EventList(bytes.length);
  const scanner = new FunctionScanner(module, events, new OperatorCosts(completeCosts()));
  const charges = new ChargeList();
  const free = new Float64Array(module.functions.length + module.types.length + 1);
  for (const body of module.bodies) {
    const shape = scanner.scan(body);
    charges.reset(shape.first, shape.last);
    const most = Number.POSITIVE_INFINITY;
    const scratch = new PathScratch();
    charges.set(-1, longestPath(events, shape, scratch, free, Way.Longest, most, charges));
    let all = 0;
    for (let event = shape.first; event < shape.last; event += 1) all += events.cost(event);
    // No path counts an operator twice: handlers that add to each other would cost 2^n.
    expect(charges.largest).toBeLessThanOrEqual(all);
  }
  for (let event = 0; event < events.count; event += 1) {
    if ((events.flags(event) & DEAD) === 0) kinds.add(events.kind(event));
  }
}

/** A program's bytes, limited to the features that the engine knows. */
function encode(program: Program): Uint8Array<ArrayBuffer> {
  const handlers = program.handlers === 'standard' && !HAS_EXNREF ? 'legacy' : program.handlers;
  return encodeProgram({
    ...program,
    handlers,
    references: program.references && HAS_REFERENCES,
  });
}

describe('generated programs', () => {
  it(`count as the independent counter does, ${runs} times`, { timeout: 300_000 }, () => {
    const slice = fc.integer({ min: 1, max: 60 });
    const cases = fc.property(programs, fc.integer(), slice, (program, argument, sliceFuel) => {
      const bytes = encode(program);
      checkEvents(bytes);
      const expected = counted(bytes, argument);
      const exact = metered(bytes, argument, 'exact', sliceFuel);
      const coarse = metered(bytes, argument, 'coarse', sliceFuel);
      expect([exact.result, coarse.result]).toEqual([expected.result, expected.result]);
      if (typeof expected.result === 'string') return;
      expect(exact.count).toBe(expected.count);
      expect(coarse.count).toBeGreaterThanOrEqual(expected.count);
    });
    expect(() => fc.assert(cases, { numRuns: runs, seed })).not.toThrow();
    // Otherwise a kind that programs no longer contain would go unnoticed.
    expect(KINDS.filter(([, kind]) => !kinds.has(kind)).map(([name]) => name)).toEqual([]);
    expect(OPERATORS.filter((opcode) => !executed.has(opcode))).toEqual([]);
  });
});
