// Runs one package with every module metered as its loader compiles it, and prints a digest of its output.
import { createHash } from 'node:crypto';

import { attachMeter, meterModule, RESERVED_PREFIX } from '@testbench/metering';

import { COUNT, countNaively } from './naive-counter.mjs';
import { REAL_MODULES } from './real-modules.mjs';

const [name, mode] = process.argv.slice(2);
const FUEL = 1n << 60n;
const instances = [];
let modules = 0;
/** Set while the meter itself compiles something. */
let inside = false;

const view = (source) =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);

function rewrite(source) {
  modules += 1;
  const bytes = view(source);
  if (mode === 'naive') return countNaively(bytes);
  return meterModule(bytes, { mode, deferStart: true }).bytes;
}

/** Loaders must see only the module's own exports. */
function own(instance) {
  const { exports } = instance;
  inside = true;
  const meter =
    mode === 'naive'
      ? {
          get fuelUsed() {
            return exports[COUNT].value;
          },
        }
      : attachMeter(instance, { sliceFuel: 100_000, onSlice: () => 'continue' });
  inside = false;
  if (mode !== 'naive') {
    meter.setFuel(FUEL);
    meter.runStart();
  }
  instances.push(meter);
  const visible = Object.create(null);
  for (const [key, value] of Object.entries(exports)) {
    if (!key.startsWith(RESERVED_PREFIX) && key !== COUNT) visible[key] = value;
  }
  Object.defineProperty(instance, 'exports', { value: Object.freeze(visible) });
  return instance;
}

if (mode !== 'plain') {
  const { Module, Instance, compile, instantiate } = WebAssembly;
  WebAssembly.Module = new Proxy(Module, {
    construct: (target, [source]) => new target(inside ? source : rewrite(source)),
  });
  WebAssembly.Instance = new Proxy(Instance, {
    construct: (target, rest) => (inside ? new target(...rest) : own(new target(...rest))),
  });
  WebAssembly.compile = (source) => compile(rewrite(source));
  WebAssembly.instantiate = async (source, imports) => {
    if (source instanceof Module) return own(await instantiate(source, imports));
    const result = await instantiate(rewrite(source), imports);
    own(result.instance);
    return result;
  };
}
// Loaders fall back to bytes, which can be rewritten.
WebAssembly.instantiateStreaming = undefined;
WebAssembly.compileStreaming = undefined;

const start = performance.now();
const value = await REAL_MODULES[name]();
const ms = performance.now() - start;
const plain = JSON.stringify(value, (_, item) => (ArrayBuffer.isView(item) ? [...item] : item));
const digest = createHash('sha256').update(plain).digest('hex').slice(0, 16);
const fuel = instances.reduce((sum, { fuelUsed }) => sum + fuelUsed, 0n);
process.stdout.write(
  `\n@@${JSON.stringify({ digest, length: plain.length, modules, fuel: String(fuel), ms })}\n`,
);
process.exit(0);
