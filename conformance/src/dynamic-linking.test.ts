import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { attachMeter, type Meter, meterModule, RESERVED_PREFIX } from '@testbench/metering';
import { afterEach, expect, it, vi } from 'vitest';

const require = createRequire(import.meta.url);
const { Instance, Module, instantiate } = WebAssembly;

afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(WebAssembly, { Instance, Module, instantiate });
});

/** Meters every module that a loader compiles, and leaves all exports where the loader sees them. */
function meterAll(): Meter[] {
  const meters: Meter[] = [];
  let inside = false;
  const own = (instance: WebAssembly.Instance): WebAssembly.Instance => {
    if (`${RESERVED_PREFIX}attach` in instance.exports) {
      const meter = attachMeter(instance, { onSlice: () => 'continue' });
      meter.setFuel(2 ** 50);
      meters.push(meter);
    }
    return instance;
  };
  const rewrite = (source: BufferSource): Uint8Array<ArrayBuffer> => {
    const bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
    inside = true;
    try {
      return meterModule(bytes).bytes;
    } finally {
      inside = false;
    }
  };
  Object.assign(WebAssembly, {
    Module: new Proxy(Module, {
      construct: (target, [source]: [BufferSource]) =>
        new target(inside || source.byteLength < 100 ? source : rewrite(source)),
    }),
    Instance: new Proxy(Instance, {
      construct: (target, rest: [WebAssembly.Module]) => own(new target(...rest)),
    }),
    instantiate: async (source: BufferSource, imports: WebAssembly.Imports) => {
      const result = await instantiate(rewrite(source), imports);
      own(result.instance);
      return result;
    },
  });
  return meters;
}

// Its main module and each grammar are linked by Emscripten's dynamic linker, which walks all exports.
it('lets web-tree-sitter link metered grammars into its metered self', async () => {
  const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
  const meters = meterAll();
  const { Language, Parser } = await import('web-tree-sitter');
  await Parser.init({
    wasmBinary: new Uint8Array(
      readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    ).buffer,
  });
  const parser = new Parser();
  const parse = async (grammar: string, code: string): Promise<string> => {
    const path = require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`);
    parser.setLanguage(await Language.load(new Uint8Array(readFileSync(path))));
    return parser.parse(code)!.rootNode.toString();
  };
  expect(await parse('css', 'a { b: c }')).toContain('(declaration (property_name)');
  // A grammar with its own scanner, in C.
  expect(await parse('bash', 'echo "$x" | wc')).toContain('(pipeline (command');
  expect(meters).toHaveLength(3);
  for (const { fuelUsed } of meters) expect(fuelUsed).toBeGreaterThan(0n);
  expect(complaints).not.toHaveBeenCalled();
});
