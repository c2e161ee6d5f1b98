// Runs one package in a separate process, as a user of the metering would, and prints what happened. Usage:
//   node child.mjs <package> plain|exact|coarse [fuel]
import { createHash } from 'node:crypto';

import { attachMeter, meterModule, RESERVED_PREFIX } from '@testbench/metering';

import { MODULES } from './more-modules.mjs';

const [name, mode, fuel] = process.argv.slice(2);
const limit = fuel === undefined ? 1n << 60n : BigInt(fuel);
const { Module, Instance, compile, instantiate } = WebAssembly;
const meters = [];
let sizeBefore = 0;
let sizeAfter = 0;
/** Set while the metering itself compiles something. */
let inside = false;

/** Calls `body` with the original engine. */
function untouched(body) {
  inside = true;
  try {
    return body();
  } finally {
    inside = false;
  }
}

function rewrite(source) {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  sizeBefore += bytes.length;
  const options = { mode, resettable: true, deferStart: true, maxMemoryPages: 65_536 };
  const metered = untouched(() => meterModule(bytes, options)).bytes;
  sizeAfter += metered.length;
  return metered;
}

/** Attaches a meter; the loader sees only what the module itself exports. */
function own(instance) {
  const { exports } = instance;
  const meter = untouched(() => attachMeter(instance, { onSlice: () => 'continue' }));
  meter.setFuel(limit);
  meters.push(meter);
  meter.runStart();
  const visible = Object.create(null);
  for (const [key, value] of Object.entries(exports)) {
    if (!key.startsWith(RESERVED_PREFIX)) visible[key] = value;
  }
  Object.defineProperty(instance, 'exports', { value: Object.freeze(visible) });
  return instance;
}

const bytesOf = async (response) => (await response).arrayBuffer();

function intercept() {
  WebAssembly.Module = new Proxy(Module, {
    construct: (target, [source]) => new target(inside ? source : rewrite(source)),
  });
  WebAssembly.Instance = new Proxy(Instance, {
    construct: (target, rest) => (inside ? new target(...rest) : own(new target(...rest))),
  });
  WebAssembly.compile = async (source) => compile(rewrite(source));
  WebAssembly.instantiate = async (source, imports) => {
    if (source instanceof Module) return own(await instantiate(source, imports));
    const result = await instantiate(rewrite(source), imports);
    own(result.instance);
    return result;
  };
  WebAssembly.compileStreaming = async (source) => WebAssembly.compile(await bytesOf(source));
  WebAssembly.instantiateStreaming = async (source, imports) =>
    WebAssembly.instantiate(await bytesOf(source), imports);
}

let digest;
/** A guest that was stopped may leave its loader waiting forever: the end is reported in any case. */
process.on('exit', () => {
  const fuels = meters.map(({ fuelUsed }) => fuelUsed);
  const largest = fuels.reduce((one, other) => (one > other ? one : other), 0n);
  const stopped = meters.filter(({ exhausted }) => exhausted === 'fuel').length;
  const over = meters.filter(({ fuelUsed }) => fuelUsed > limit).length;
  const report = { digest, sizeBefore, sizeAfter, fuel: String(largest), stopped, over };
  process.stdout.write(`\n@@${JSON.stringify(report)}\n`);
});

if (mode !== 'plain') intercept();
try {
  const value = await MODULES[name]();
  const text = JSON.stringify(value, (_, item) => (ArrayBuffer.isView(item) ? [...item] : item));
  digest = createHash('sha256').update(text).digest('hex');
} catch (error) {
  if (fuel === undefined) throw error;
}
process.exit();
