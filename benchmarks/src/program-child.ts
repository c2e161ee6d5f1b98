// Runs one program whenever the parent asks for it: node program-child.ts NAME VARIANT
import { attachMeter, meterModule } from '@testbench/metering';

import { PROGRAMS } from './program-loads.ts';
import { cpuMs } from './statistics.ts';

const [name = '', variant = 'plain'] = process.argv.slice(2);

/** Turns every module that is compiled from now on into a metered one, no matter which loader compiles it. */
function meterEverything(mode: 'coarse' | 'exact'): void {
  const { compile, instantiate, Instance, Module } = WebAssembly;
  /** Set while the meter compiles its own hook. */
  let attaching = false;
  const metered = (source: BufferSource): Uint8Array<ArrayBuffer> => {
    const bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
    return meterModule(bytes, { mode, startFuel: 2 ** 50 }).bytes;
  };
  const attached = (instance: WebAssembly.Instance): WebAssembly.Instance => {
    attaching = true;
    attachMeter(instance, { onSlice: () => 'continue' }).setFuel(1n << 60n);
    attaching = false;
    return instance;
  };
  WebAssembly.Module = new Proxy(Module, {
    construct: (target, [source]: [BufferSource]) =>
      new target(attaching ? source : metered(source)),
  });
  WebAssembly.Instance = new Proxy(Instance, {
    construct: (target, [module, imports]: [WebAssembly.Module, WebAssembly.Imports?]) => {
      const instance = new target(module, imports);
      return attaching ? instance : attached(instance);
    },
  });
  WebAssembly.compile = (source) => compile(metered(source));
  const wrapped = async (
    source: BufferSource | WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ): Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource> => {
    if (source instanceof Module) return attached(await instantiate(source, imports));
    const result = await instantiate(metered(source), imports);
    attached(result.instance);
    return result;
  };
  WebAssembly.instantiate = wrapped as typeof WebAssembly.instantiate;
  // Loaders fall back to bytes, which can be metered.
  Object.assign(WebAssembly, { compileStreaming: undefined, instantiateStreaming: undefined });
}

if (variant === 'coarse' || variant === 'exact') meterEverything(variant);
const work = await PROGRAMS[name]!();
process.on('message', async () => {
  const start = cpuMs();
  const checksum = await work();
  process.send?.({ ms: cpuMs() - start, checksum });
});
process.send?.('ready');
