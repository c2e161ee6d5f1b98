/**
 * Joins QuickJS with our shim into `build/engine.wasm`, and bundles what is in every script before its author's code, into
 * `build/guest.js`. Authors get both as they are: they need neither a compiler nor Binaryen.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ByteReader, ByteWriter, decodeModule, readSections, SectionId } from '@testbench/wasm';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'build');
const require = createRequire(import.meta.url);
const binaryen = join(dirname(require.resolve('binaryen')), 'bin');
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

const run = (tool, ...args) =>
  execFileSync(process.execPath, [join(binaryen, tool), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });

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

  // The engine's imports get the shim's name; those of the shim keep theirs, and are what a plugin imports.
  const engine = join(scratch, 'engine.wasm');
  writeFileSync(engine, renameImports(readFileSync(require.resolve('quickjs-wasi/quickjs.wasm'))));
  // The shim's memory is the engine's.
  const renamed = join(scratch, 'shim-renamed.wasm');
  writeFileSync(renamed, renameImports(readFileSync(shim), { env: { memory: 'engine' } }));
  const joined = join(scratch, 'joined.wasm');
  run('wasm-merge', engine, 'engine', renamed, 'shim', '-o', joined, ...features);
  const graph = join(scratch, 'graph.json');
  const kept = exportsOf(readFileSync(joined)).filter((name) =>
    /^(?:plugin_|build_|memory$|_initialize$|__stack_pointer$)/.test(name),
  );
  writeFileSync(graph, JSON.stringify(kept.map((name) => ({ name, root: true, export: name }))));
  const pruned = join(scratch, 'pruned.wasm');
  run('wasm-metadce', joined, '--graph-file', graph, '-o', pruned, ...features);
  // Inlining would make fuel dearer by up to 40 %.
  const small = join(scratch, 'small.wasm');
  run(
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

/** Renames the modules that things are imported from: all to `shim`, or those that are named. */
function renameImports(bytes, names) {
  const { imports } = decodeModule(bytes);
  const section = readSections(bytes).find(({ id }) => id === SectionId.Import);
  const content = new ByteWriter().u32(imports.length);
  for (const [index, { module, name, offset }] of imports.entries()) {
    const reader = new ByteReader(bytes, offset, section.end);
    reader.name('module');
    reader.name('name');
    content.name(names === undefined ? 'shim' : (names[module]?.[name] ?? module));
    content.name(name).copy(bytes, reader.offset, imports[index + 1]?.offset ?? section.end);
  }
  return new ByteWriter(bytes.length)
    .raw(bytes.subarray(0, section.start))
    .section(SectionId.Import, content)
    .raw(bytes.subarray(section.end))
    .finish();
}

function exportsOf(bytes) {
  return WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
}

/** Exports the globals that change, so that a snapshot can read them. */
function exportGlobals(bytes) {
  const { globals, imports } = decodeModule(bytes);
  if (imports.some(({ type }) => type.kind === 'global'))
    throw new Error('The engine imports a global');
  const section = readSections(bytes).find(({ id }) => id === SectionId.Export);
  const reader = new ByteReader(bytes, section.contentStart, section.end);
  const changing = [...globals.keys()].filter((index) => globals[index].type.mutable);
  const count = reader.u32('exports');
  const content = new ByteWriter()
    .u32(count + changing.length)
    .copy(bytes, reader.offset, section.end);
  for (const index of changing) content.name(`build_global_${index}`).u8(3).u32(index);
  return new ByteWriter(bytes.length)
    .raw(bytes.subarray(0, section.start))
    .section(SectionId.Export, content)
    .raw(bytes.subarray(section.end))
    .finish();
}
