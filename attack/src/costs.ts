// Measures what the caps of admission prevent: modules at a cap and far beyond it, metered, compiled and called in a separate process.
//   node src/costs.ts
// CPU time covers all threads, the background compiler's too. These figures are given next to the caps in sandbox/src/limits.ts.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { attachMeter, meterModule } from '@testbench/metering';

import { BRANCH, branches, diamonds, labelTables, onOperands } from './modules/bombs.ts';
import {
  body,
  EMPTY_TYPE,
  localsOf,
  type RawParts,
  rawPlugin,
  repeated,
} from './modules/raw-plugin.ts';

const OUT_OF_TIME_MS = 60_000;
const inFunction = (locals: number, code: Uint8Array): RawParts => ({
  execute: { locals: localsOf(locals), code },
});
/** `count` functions with the same body, each called once. */
const inFunctions = (count: number, locals: number, code: Uint8Array): RawParts => ({
  functions: { count, item: [EMPTY_TYPE] },
  bodies: { count, item: body(localsOf(locals), code) },
  execute: {
    locals: [0],
    code: Array.from({ length: count }, (_, index) => [
      0x10,
      0x80 | ((6 + index) & 0x7f),
      (6 + index) >> 7,
    ]).flat(),
  },
});
const nested = (depth: number): Uint8Array =>
  Uint8Array.from([...repeated(depth, [0x02, 0x40]), ...repeated(depth, [0x0b])]);

const MODULES: Readonly<Record<string, () => RawParts>> = {
  nothing: () => ({}),
  '1,000 locals, 4,000 branches': () => inFunction(1000, branches(4000, 1000)),
  'the same 100 times': () => inFunctions(100, 1000, branches(4000, 1000)),
  '10,000 locals, 4,000 branches': () => inFunction(10_000, branches(4000, 10_000)),
  '49,000 locals, 4,000 branches': () => inFunction(49_000, branches(4000, 49_000)),
  '1,000 operands, 2,000 branches': () => inFunction(0, onOperands(1000, 2000, BRANCH)),
  '10,000 operands, 10,000 branches': () => inFunction(0, onOperands(10_000, 10_000, BRANCH)),
  '1,000 operands, 170,000 calls': () => inFunction(0, onOperands(1000, 170_000, [0x10, 5, 0x1a])),
  '1,000 locals, 100,000 calls': () => inFunction(1000, onOperands(0, 100_000, [0x10, 5, 0x1a])),
  '1,000 locals, 60,000 additions': () =>
    inFunction(1000, onOperands(0, 60_000, [0x20, 1, 0x20, 2, 0x6a, 0x21, 3])),
  '5,000 nested blocks, 90,000 deep branches': () =>
    inFunction(
      1,
      Uint8Array.from([
        ...repeated(5000, [0x02, 0x40]),
        ...repeated(90_000, [0x20, 0, 0x0d, 0x87, 0x27]),
        ...repeated(5000, [0x0b]),
      ]),
    ),
  'diamonds of 256 KiB, 300 locals': () => inFunction(300, diamonds(11_500, 300)),
  'the same 50 times': () => inFunctions(50, 300, diamonds(11_500, 300)),
  'diamonds of 512 KiB, 170 locals': () => inFunction(170, diamonds(23_000, 170)),
  'diamonds of 4 MiB, 20 locals': () => inFunction(20, diamonds(200_000, 20)),
  '200,000 labels': () => inFunctions(50, 1, labelTables(1, 3999)),
  '6,500,000 labels': () => inFunction(1, labelTables(100, 65_519)),
  '1,000 nested blocks': () => inFunction(1, nested(1000)),
  '2,500 nested blocks': () => inFunction(1, nested(2500)),
  '100,000 nested blocks': () => inFunction(1, nested(100_000)),
  '10,000 globals': () => ({ globals: { count: 10_000, item: [0x7f, 0, 0x41, 0, 0x0b] } }),
  '1,000,000 globals': () => ({ globals: { count: 1_000_000, item: [0x7f, 0, 0x41, 0, 0x0b] } }),
  '50,000 functions': () => inFunctions(16_000, 0, new Uint8Array(30)),
  '10,000 types': () => ({ types: { count: 10_000, item: [0x60, 0, 0] } }),
  '10,000 data segments': () => ({ data: { count: 10_000, item: [0, 0x41, 0, 0x0b, 1, 1] } }),
  '99,000 data segments': () => ({ data: { count: 99_000, item: [0, 0x41, 0, 0x0b, 1, 1] } }),
};

const [, , chosen] = process.argv;
if (chosen === undefined) {
  for (const name of Object.keys(MODULES)) {
    let line: string;
    try {
      line = execFileSync(
        process.execPath,
        ['--no-warnings', fileURLToPath(import.meta.url), name],
        {
          timeout: OUT_OF_TIME_MS,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
    } catch (error) {
      const { signal, status } = error as { signal?: string; status?: number };
      line = `ended with ${signal ?? `code ${status}`}\n`;
    }
    process.stdout.write(`${name.padEnd(34)} ${line}`);
  }
} else {
  measure(rawPlugin(MODULES[chosen]!()));
}

/** Meters, compiles, and calls until an optimising compiler has run. */
function measure(bytes: Uint8Array<ArrayBuffer>): void {
  const cpuMs = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const steps: string[] = [];
  let since = cpuMs();
  const step = (name: string): void => {
    const now = cpuMs();
    steps.push(`${name} ${(now - since).toFixed(0).padStart(6)} ms`);
    since = now;
  };
  const metered = meterModule(bytes, { validated: true, maxMemoryPages: 1024 });
  step('meter');
  const instance = new WebAssembly.Instance(new WebAssembly.Module(metered.bytes));
  step('compile');
  const { exports } = instance;
  const meter = attachMeter(instance);
  const execute = exports['plugin_execute'] as (ptr: number, len: number) => unknown;
  const call = (): void => {
    meter.setFuel(2 ** 60);
    execute(0, 0);
  };
  call();
  step('first call');
  const until = performance.now() + 1500;
  while (performance.now() < until) call();
  step('1.5 s of calls, and the optimiser');
  const rssMb = process.resourceUsage().maxRSS / 1024;
  console.log(`${steps.join(', ')}, ${rssMb.toFixed(0)} MB`);
}
