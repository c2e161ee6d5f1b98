import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'tsup';

const WASM = fileURLToPath(new URL('../wasm/src/', import.meta.url));

/** Enums of `@testbench/wasm`, by the file that declares them. */
const ENUMS = {
  'opcodes.ts': ['Immediate', 'Opcode'],
  'module.ts': ['SECTION_ORDER', 'SectionId'],
};

export default defineConfig({
  entry: { index: 'src/index.ts', offsets: 'src/offsets/index.ts' },
  format: 'esm',
  sourcemap: true,
  clean: true,
  esbuildPlugins: [
    {
      // Numbers instead of names: esbuild writes the values of an enum only where it reads its source. Everything else in the
      // package stays an import.
      name: 'inline-enums',
      setup(build) {
        build.onResolve({ filter: /^@testbench\/wasm$/ }, ({ path, namespace }) =>
          namespace === 'wasm' ? { path, external: true } : { path, namespace: 'wasm' },
        );
        build.onLoad({ filter: /^/, namespace: 'wasm' }, () => ({
          contents: wasmExports(),
          loader: 'ts',
          resolveDir: WASM,
        }));
      },
    },
  ],
});

function wasmExports(): string {
  const enums = new Set(Object.values(ENUMS).flat());
  const lists = readFileSync(`${WASM}index.ts`, 'utf8').matchAll(/^export \{([^}]*)\}/gm);
  const names = [...lists]
    .flatMap(([, list = '']) => list.split(','))
    .map((name) => name.trim())
    .filter((name) => /^\w+$/.test(name) && !enums.has(name));
  const fromSource = Object.entries(ENUMS).map(
    ([file, list]) => `export { ${list.join(', ')} } from './${file}';\n`,
  );
  return `export { ${names.join(', ')} } from '@testbench/wasm';\n${fromSource.join('')}`;
}
