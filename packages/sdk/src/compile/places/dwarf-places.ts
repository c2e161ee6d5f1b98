// oxlint-disable typescript/no-unsafe-enum-comparison -- ids of sections are numbers where they come from: bytes
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

import { readSections, SectionId } from '@testbench/wasm';

import type { CodePlace, CodePlaces } from './code-places.js';
import { readCompilationFolders } from './compilation-folders.js';
import type { LineRow } from './line-program.js';
import { readLineTables } from './line-table.js';

/** Included in this package. */
const HEADER = 'testbench.h';

/** Maximum size of a source that is copied into a source map: authors' files have a few kilobytes. */
const MAX_SOURCE_BYTES = 256 * 1024;

/**
 * Reads where the code of a module comes from, using its DWARF line tables as compilers of C and Rust write them.
 *
 * Paths are relative to the project's folder, or omit anything specific to this machine, so that the result is the same everywhere.
 *
 * @param directory Folder of the project, where the compiler ran.
 * @returns undefined if the module has no such tables.
 */
export function readDwarfPlaces(bytes: Uint8Array, directory: string): CodePlaces | undefined {
  const sections = readSections(bytes);
  const content = (name: string): Uint8Array => {
    const found = sections.find((section) => section.name === name);
    return bytes.subarray(found?.contentStart ?? 0, found?.end ?? 0);
  };
  const code = sections.find(({ id }) => id === SectionId.Code);
  const lines = content('.debug_line');
  if (lines.length === 0 || code === undefined) return undefined;
  const tables = readLineTables(lines, {
    lineStr: content('.debug_line_str'),
    str: content('.debug_str'),
    folders: readCompilationFolders({
      info: content('.debug_info'),
      abbrev: content('.debug_abbrev'),
      str: content('.debug_str'),
    }),
  });
  // Compilers may resolve links on the way to where they run.
  const sources = new SourceList([directory, realpathSync(directory)]);
  const places: CodePlace[] = [];
  const size = code.end - code.contentStart;
  for (const { files, rows } of tables) {
    for (const piece of piecesOf(rows, size)) {
      for (const { address, file, line, column, isEnd } of piece) {
        const path = files[file];
        const isKnown = !isEnd && line > 0 && path !== undefined && path !== '';
        const source = isKnown ? sources.indexOf(path) : -1;
        places.push({
          offset: address,
          source,
          line: isKnown ? line - 1 : 0,
          column: Math.max(0, column - 1),
        });
      }
    }
  }
  const sorted = withoutRepetition(places.toSorted((a, b) => a.offset - b.offset));
  return { places: sorted, sources: sources.names, contents: sources.contents() };
}

/** Rows that belong together; the linker leaves tables of functions that it has dropped, at invalid addresses. */
function* piecesOf(rows: readonly LineRow[], size: number): Generator<readonly LineRow[]> {
  let start = 0;
  for (const [index, { address, isEnd }] of rows.entries()) {
    if (!isEnd) continue;
    const piece = rows.slice(start, index + 1);
    start = index + 1;
    if (piece[0]!.address > 0 && address <= size) yield piece;
  }
}

/** Of several places at one offset the last one counts: an end is followed by the start of the next piece. */
function withoutRepetition(places: readonly CodePlace[]): CodePlace[] {
  return places.filter((place, index) => places[index + 1]?.offset !== place.offset);
}

/** Sources in the order in which they are encountered. */
class SourceList {
  readonly names: string[] = [];
  readonly #paths: string[] = [];
  readonly #indices = new Map<string, number>();
  readonly #directories: readonly string[];

  constructor(directories: readonly string[]) {
    this.#directories = directories;
  }

  indexOf(path: string): number {
    const known = this.#indices.get(path);
    if (known !== undefined) return known;
    const index = this.names.push(nameOf(path, this.#directories)) - 1;
    this.#paths.push(path);
    this.#indices.set(path, index);
    return index;
  }

  /** Texts of the project's own sources. */
  contents(): (string | null)[] {
    return this.names.map((name, index) => {
      if (isOutside(name)) return null;
      const path = this.#paths[index]!;
      return readSource(path.startsWith('/') ? path : join(this.#directories[0]!, path));
    });
  }
}

/** Files outside the project get their own names, such as `library/core/src/option.rs` or `~lib/serde-1.0.2/src/lib.rs`. */
function nameOf(path: string, directories: readonly string[]): string {
  const plain = posix.normalize(path.replaceAll('\\', '/'));
  // The compiler from npm has it in its own file system.
  if (plain === `include/${HEADER}`) return `~lib/${HEADER}`;
  // Files that come with Rust's own library.
  if (plain.startsWith('vendor/')) return `~lib/${plain.slice('vendor/'.length)}`;
  if (!plain.startsWith('/') && !plain.startsWith('../')) return plain;
  for (const directory of directories) {
    const own = relative(directory, plain).split(sep).join('/');
    if (plain.startsWith('/') && !own.startsWith('../')) return own;
  }
  const standard = /\/(library\/.+)$/.exec(plain)?.[1];
  if (standard !== undefined) return standard;
  const crate = /^.*\/([^/]+\/src\/.+)$/.exec(plain)?.[1];
  return `~lib/${crate ?? plain.slice(plain.lastIndexOf('/') + 1)}`;
}

function isOutside(name: string): boolean {
  return /^(?:~lib|library)\//.test(name);
}

function readSource(path: string): string | null {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > MAX_SOURCE_BYTES) return null;
    return readFileSync(path, 'utf8');
  } catch {
    // Generated during compilation.
    return null;
  }
}
