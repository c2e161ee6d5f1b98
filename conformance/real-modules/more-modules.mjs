import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { REAL_MODULES } from '../src/real-modules.mjs';

const require = createRequire(import.meta.url);

/** The entries of `modules`, and some modules that do what none of those does. */
export const MODULES = {
  ...REAL_MODULES,
  'argon2-browser': () => {
    // Its loader mistakes a Node that can stream for a browser, and fetches a path.
    WebAssembly.instantiateStreaming = undefined;
    return REAL_MODULES['argon2-browser']();
  },
  // Compiles while streaming.
  '@jsquash/png': async () => {
    const { default: encode, init } = await import('@jsquash/png/encode.js');
    const wasm = readFileSync(require.resolve('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'));
    await init(new Response(wasm, { headers: { 'content-type': 'application/wasm' } }));
    const data = Uint8ClampedArray.from({ length: 64 * 64 * 4 }, (_, at) => (at * at) >> 5);
    return new Uint8Array(await encode({ data, width: 64, height: 64 }));
  },
  // Python: the only one of all these with exceptions, and with thousands of handlers.
  pyodide: async () => {
    const { loadPyodide } = await import('pyodide');
    const python = await loadPyodide();
    return python.runPython(`
def half(value):
    try:
        if value % 3 == 0:
            raise ValueError(value)
        return value // 2
    except ValueError as error:
        return str(error)

str([half(value) for value in range(300)])
`);
  },
  // Binds C++ classes and calls back from the guest into JavaScript.
  'yoga-layout': async () => {
    const { Align, Direction, Edge, FlexDirection, loadYoga, Wrap } =
      await import('yoga-layout/load');
    const yoga = await loadYoga();
    const root = yoga.Node.create();
    root.setFlexDirection(FlexDirection.Row);
    root.setFlexWrap(Wrap.Wrap);
    root.setAlignItems(Align.Center);
    root.setPadding(Edge.All, 7);
    root.setWidth(500);
    for (let index = 0; index < 200; index += 1) {
      const child = yoga.Node.create();
      child.setFlexGrow(index % 3);
      child.setMargin(Edge.Left, index % 5);
      child.setMeasureFunc((width) => ({
        width: Math.min(width, 11 + index),
        height: 9 + (index % 7),
      }));
      root.insertChild(child, index);
    }
    root.calculateLayout(undefined, undefined, Direction.LTR);
    return Array.from({ length: 200 }, (_, index) => root.getChild(index).getComputedLayout());
  },
};
