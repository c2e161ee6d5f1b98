import { attachMeter, meterModule, type MeterMode } from '@testbench/metering';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeProgram, programs } from './generate-program.js';
import { COUNT, countNaively, OPERATORS_ONLY } from './naive-counter.mjs';

interface Outcome {
  readonly result: number;
  readonly count: number;
}

const start = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Instance =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes));

const call = (instance: WebAssembly.Instance, seed: number): number =>
  (instance.exports['run'] as (seed: number) => number)(seed);

function counted(bytes: Uint8Array<ArrayBuffer>, seed: number): Outcome {
  const instance = start(countNaively(bytes));
  const result = call(instance, seed);
  return { result, count: Number((instance.exports[COUNT] as WebAssembly.Global).value) };
}

function metered(
  bytes: Uint8Array<ArrayBuffer>,
  seed: number,
  mode: MeterMode,
  sliceFuel: number,
): Outcome {
  const instance = start(meterModule(bytes, { mode, costs: OPERATORS_ONLY }).bytes);
  // Slices far smaller than a run, so that refills happen everywhere.
  const meter = attachMeter(instance, { sliceFuel, onSlice: () => 'continue' });
  meter.setFuel(1e12);
  const result = call(instance, seed);
  const count = Number(meter.fuelUsed);
  if (mode === 'coarse') {
    // What a run used is enough for it: a stop would throw.
    meter.setFuel(count);
    call(instance, seed);
  }
  return { result, count };
}

/** Runs a program in all three ways; true if the counts are what they must be. */
const cases = fc.property(
  programs,
  fc.integer(),
  fc.integer({ min: 1, max: 60 }),
  (program, seed, slice) => {
    const bytes = encodeProgram(program);
    const expected = counted(bytes, seed);
    const exact = metered(bytes, seed, 'exact', slice);
    const coarse = metered(bytes, seed, 'coarse', slice);
    return (
      exact.result === expected.result &&
      exact.count === expected.count &&
      coarse.result === expected.result &&
      coarse.count >= expected.count
    );
  },
);

const runs = Number(process.env['GENERATED_PROGRAMS'] ?? 1500);

describe('generated programs', () => {
  it(`count as the independent counter does, ${runs} times`, { timeout: 300_000 }, () => {
    expect(() => fc.assert(cases, { numRuns: runs })).not.toThrow();
  });
});
