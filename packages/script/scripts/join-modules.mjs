/** Module operations that the builds of both interpreters share: Binaryen's commands, and rewritten sections. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { ByteReader, ByteWriter, decodeModule, readSections, SectionId } from '@testbench/wasm';

const binaryen = join(dirname(createRequire(import.meta.url).resolve('binaryen')), 'bin');

/** Runs one of Binaryen's commands. */
export function runBinaryen(tool, ...args) {
  execFileSync(process.execPath, [join(binaryen, tool), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * Joins an interpreter with its shim, and leaves out everything that no export needs.
 *
 * @param modules Files by the names under which they import each other.
 * @param kept Matches the names of the exports that stay.
 * @returns Path of the module's file.
 */
export function joinModules(scratch, modules, kept, features) {
  const joined = join(scratch, 'joined.wasm');
  const named = Object.entries(modules).flatMap(([name, file]) => [file, name]);
  runBinaryen('wasm-merge', ...named, '-o', joined, ...features);
  const roots = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(joined)))
    .filter(({ name }) => kept.test(name))
    .map(({ name }) => ({ name, root: true, export: name }));
  const graph = join(scratch, 'graph.json');
  writeFileSync(graph, JSON.stringify(roots));
  const pruned = join(scratch, 'pruned.wasm');
  runBinaryen('wasm-metadce', joined, '--graph-file', graph, '-o', pruned, ...features);
  return pruned;
}

/** Renames the modules of imports. */
export function renameImports(bytes, rename) {
  const { imports } = decodeModule(bytes);
  const section = readSections(bytes).find(({ id }) => id === SectionId.Import);
  const content = new ByteWriter().u32(imports.length);
  for (const [index, { module, name, offset }] of imports.entries()) {
    const reader = new ByteReader(bytes, offset, section.end);
    reader.name('module');
    reader.name('name');
    content.name(rename(module, name));
    content.name(name).copy(bytes, reader.offset, imports[index + 1]?.offset ?? section.end);
  }
  return replaceSection(bytes, section, content);
}

/** Exports the mutable globals, so that a snapshot can read them. */
export function exportGlobals(bytes) {
  const { globals, imports } = decodeModule(bytes);
  if (imports.some(({ type }) => type.kind === 'global'))
    throw new Error('The interpreter imports a global');
  const section = readSections(bytes).find(({ id }) => id === SectionId.Export);
  const reader = new ByteReader(bytes, section.contentStart, section.end);
  const changing = [...globals.keys()].filter((index) => globals[index].type.mutable);
  const content = new ByteWriter()
    .u32(reader.u32('exports') + changing.length)
    .copy(bytes, reader.offset, section.end);
  for (const index of changing) content.name(`build_global_${index}`).u8(3).u32(index);
  return replaceSection(bytes, section, content);
}

function replaceSection(bytes, { id, start, end }, content) {
  return new ByteWriter(bytes.length)
    .raw(bytes.subarray(0, start))
    .section(id, content)
    .raw(bytes.subarray(end))
    .finish();
}
