import { digestOf } from '@testbench/core/files';
import { parseSourceMap, writeSourceMap } from '@testbench/types/source-map';
import { decodeModule, readFunctionNames } from '@testbench/wasm';

import { type CodePlace, type CodePlaces, codeStartOf } from './code-places.js';

/**
 * Reads what a compiler or the optimizer says about the module that it wrote with the map.
 *
 * @throws {WireError} If it is not a source map.
 */
export function readCodePlaces(sourceMap: string, bytes: Uint8Array): CodePlaces {
  const { offsets, places, sources, contents } = parseSourceMap(
    new TextEncoder().encode(sourceMap),
  ).content;
  const codeStart = codeStartOf(bytes);
  return {
    places: Array.from(offsets, (offset, index) => ({
      offset: offset - codeStart,
      source: places[3 * index]!,
      line: places[3 * index + 1]!,
      column: places[3 * index + 2]!,
    })),
    // The AssemblyScript compiler puts sources below its output path, which says nothing about its input.
    sources: sources.map((source) => source.replace(/^\.\/plugin\//, '')),
    contents: sources.map((_source, index) => contents[index] || null),
  };
}

/**
 * Writes the source map that is published with a module.
 *
 * @param bytes The module as it is published.
 * @param named The same code, with the names of its functions.
 */
export function finishSourceMap(
  { places, sources, contents }: CodePlaces,
  bytes: Uint8Array,
  named: Uint8Array,
): string {
  const codeStart = codeStartOf(bytes);
  const names = readFunctionNames(named);
  const { bodies, importedFunctions } = decodeModule(bytes);
  const functions = Array.from({ length: importedFunctions + bodies.length }, (_, index) => {
    return names.get(index) ?? '';
  });
  // Code that the compiler has added belongs to the code before it, or else to the first line of its function.
  const known = places.filter(({ source }) => source >= 0);
  const mappings: CodePlace[] = [];
  let next = 0;
  for (const { code, end } of bodies) {
    const [from, to] = [code - codeStart, end - codeStart];
    while (next < known.length && known[next]!.offset < from) next += 1;
    let isFirst = true;
    for (; next < known.length && known[next]!.offset < to; next += 1) {
      const place = known[next]!;
      const last = mappings.at(-1);
      const isSame =
        !isFirst &&
        last?.source === place.source &&
        last.line === place.line &&
        last.column === place.column;
      if (!isSame) mappings.push({ ...place, offset: (isFirst ? from : place.offset) + codeStart });
      isFirst = false;
    }
  }
  const used = usedSources(mappings);
  return writeSourceMap({
    mappings: mappings.map(({ offset, source, line, column }) => {
      return { offset, source: used.indexOf(source), line, column };
    }),
    sources: used.map((source) => sources[source]!),
    contents: used.map((source) => contents[source] ?? null),
    functions,
    digest: digestOf(bytes),
  });
}

function usedSources(mappings: readonly CodePlace[]): number[] {
  return Array.from(new Set(mappings.map(({ source }) => source))).toSorted((a, b) => a - b);
}
