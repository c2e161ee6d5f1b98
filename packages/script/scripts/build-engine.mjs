/**
 * Joins QuickJS with our shim into `build/engine.wasm`, and bundles the code that runs in every script before its author's code into
 * `build/guest.js`. Authors receive both ready-made: they need neither a compiler nor Binaryen.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { exportGlobals, joinModules, renameImports, runBinaryen } from './join-modules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'build');
const require = createRequire(import.meta.url);
const features = [
  '--enable-bulk-memory',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-multivalue',
  '--enable-reference-types',
  '--enable-bulk-memory-opt',
  '--enable-call-indirect-overlong',
];

mkdirSync(output, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'testbench-engine-'));
try {
  const shim = join(scratch, 'shim.wasm');
  const { default: compiler } = await import('assemblyscript/asc');
  const { error } = await compiler.main(
    [
      'shim.ts',
      '--baseDir',
      join(root, 'assembly'),
      '--outFile',
      shim,
      '--runtime',
      'stub',
      '--importMemory',
      '--noExportMemory',
      '--use',
      'abort=',
      '-O2',
    ],
    {
      writeFile: (name, contents) =>
        writeFileSync(name.startsWith('/') ? name : join(scratch, 'shim.wasm'), contents),
    },
  );
  if (error) throw new Error('Cannot compile the shim', { cause: error });

  // The engine's imports are renamed to the shim's name; the shim's own imports stay, and become the plugin's.
  const engine = join(scratch, 'engine.wasm');
  const quickjs = readFileSync(require.resolve('quickjs-wasi/quickjs.wasm'));
  writeFileSync(
    engine,
    renameImports(quickjs, () => 'shim'),
  );
  // The shim's memory is the engine's.
  const renamed = join(scratch, 'shim-renamed.wasm');
  writeFileSync(
    renamed,
    renameImports(readFileSync(shim), (module, name) => (name === 'memory' ? 'engine' : module)),
  );
  const kept = /^(?:plugin_|build_|memory$|_initialize$|__stack_pointer$)/;
  const pruned = joinModules(scratch, { engine, shim: renamed }, kept, features);
  // Inlining would increase fuel by up to 40 %.
  const small = join(scratch, 'small.wasm');
  runBinaryen(
    'wasm-opt',
    pruned,
    '-o',
    small,
    ...features,
    '--remove-unused-module-elements',
    '--strip-debug',
    '--strip-producers',
  );
  writeFileSync(join(output, 'engine.wasm'), exportGlobals(readFileSync(small)));
} finally {
  rmSync(scratch, { recursive: true });
}

await build({
  outdir: output,
  bundle: true,
  platform: 'neutral',
  target: 'es2023',
  legalComments: 'none',
  logLevel: 'warning',
  entryPoints: { guest: join(root, 'guest/guest.ts') },
  format: 'iife',
  globalName: 'guest',
  minify: true,
});
