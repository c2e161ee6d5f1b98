import { attachMeter, type Meter, meterModule, type MeterMode } from '@testbench/metering';

import type { Finding } from './findings.js';

/** Operators of `sum(1000)` in `guest.wat`: nine in each turn, and one to return the result. */
const SUM_FUEL = 9001n;
const DEADLINE_MS = 20;
/** Slower machines check the clock late, but nothing waits this long. */
const PATIENCE_MS = 5000;

/** What a newcomer would do with the metering: count, limit, end at a deadline, cap growth. */
export function meteringFindings(guest: Uint8Array<ArrayBuffer>): Finding[] {
  return (['exact', 'coarse'] as const).flatMap((mode) => findingsOf(guest, mode));
}

function findingsOf(guest: Uint8Array<ArrayBuffer>, mode: MeterMode): Finding[] {
  const { bytes } = meterModule(guest, { mode, maxMemoryPages: 3 });
  const module = new WebAssembly.Module(bytes);
  const finding = (check: string, value: string, ok: boolean): Finding => ({
    check: `metering, ${mode}: ${check}`,
    value,
    ok,
  });

  const plain = open(new WebAssembly.Instance(module));
  plain.meter.setFuel(1_000_000);
  const sum = plain.guest.sum(1000);
  const used = plain.meter.fuelUsed;
  // Coarse promises no less than exact; this loop has only one path, so both are the same.
  const counted = finding(
    'fuel',
    `sum ${sum}, ${used} units`,
    sum === 500_500 && used === SUM_FUEL,
  );

  // What a repeated loop pays in advance may still be owed at its end, so slightly too little fuel still passes.
  plain.meter.setFuel(SUM_FUEL - 100n);
  const short = stopped(() => plain.guest.sum(1000));
  const limited = finding(
    'a hundred units too little',
    `${short}: ${plain.meter.exhausted}`,
    short && plain.meter.exhausted === 'fuel',
  );

  plain.meter.setFuel(1_000_000);
  const answers = [plain.guest.grow(1), plain.guest.grow(2), plain.guest.grow(1)];
  const capped = finding(
    'growth cap',
    `${answers.join(', ')}; refused ${plain.meter.growthDenied}`,
    answers.join() === '1,-1,2' && plain.meter.growthDenied === 1,
  );

  const start = performance.now();
  const timed = open(new WebAssembly.Instance(module), () => performance.now() - start);
  timed.meter.setFuel(1n << 60n);
  const late = stopped(() => timed.guest.spin());
  const ms = performance.now() - start;
  const ended = finding(
    'deadline',
    `${late}: ${timed.meter.exhausted}`,
    late && timed.meter.exhausted === 'deadline' && ms >= DEADLINE_MS && ms < PATIENCE_MS,
  );
  return [counted, limited, capped, ended];
}

interface Guest {
  sum(count: number): number;
  spin(): void;
  grow(pages: number): number;
}

function open(
  instance: WebAssembly.Instance,
  elapsedMs?: () => number,
): { guest: Guest; meter: Meter } {
  const handler =
    elapsedMs &&
    ({ onSlice: () => (elapsedMs() < DEADLINE_MS ? 'continue' : 'deadline') } as const);
  return {
    guest: instance.exports as unknown as Guest,
    meter: attachMeter(instance, handler),
  };
}

function stopped(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}
