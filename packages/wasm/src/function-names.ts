import { ByteReader } from './byte-reader.js';
import { readSections } from './read-sections.js';

/** Subsection of the section `name` that names functions. @see https://webassembly.github.io/spec/core/appendix/custom.html */
const FUNCTION_NAMES = 1;

/**
 * Reads the names that a compiler gave to functions, by function index; empty if there are none. Rust's names are demangled:
 * `_ZN9testbench5parse5value17h0db8d9aa4cd2c45eE` is `testbench::parse::value`.
 *
 * @param bytes The whole module. Its names are untrusted texts.
 * @throws {DecodeError} If the section is damaged.
 *
 * @example
 * ```ts
 * import { readFunctionNames } from '@testbench/wasm';
 *
 * // A module with nothing but the section `name`, which calls function 0 `f`.
 * const names = [0, 11, 4, 0x6e, 0x61, 0x6d, 0x65, 1, 4, 1, 0, 1, 0x66];
 * readFunctionNames(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...names)).get(0); // => 'f'
 * ```
 */
export function readFunctionNames(bytes: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  const section = readSections(bytes).find(({ name }) => name === 'name');
  if (section === undefined) return names;
  const reader = new ByteReader(bytes, section.contentStart, section.end);
  while (reader.remaining > 0) {
    const id = reader.u8('subsection');
    const size = reader.u32('size of a subsection');
    if (id !== FUNCTION_NAMES) {
      reader.skip(size, 'subsection');
      continue;
    }
    for (let left = reader.count('names'); left > 0; left -= 1) {
      names.set(reader.u32('function index'), readable(reader.name('name of a function')));
    }
  }
  return names;
}

/**
 * Demangles Rust's names.
 *
 * @see https://doc.rust-lang.org/rustc/symbol-mangling/index.html
 */
function readable(name: string): string {
  if (!/^_ZN.*E$/.test(name)) return name;
  const parts: string[] = [];
  let rest = name.slice(3, -1);
  for (let match = /^\d+/.exec(rest); match !== null; match = /^\d+/.exec(rest)) {
    const start = match[0].length;
    const length = Number(match[0]);
    parts.push(rest.slice(start, start + length));
    rest = rest.slice(start + length);
  }
  return parts
    .filter((part) => !/^h[0-9a-f]{16}$/.test(part))
    .map((part) => part.replace(/^_(?=\$)/, ''))
    .join('::')
    .replaceAll('..', '::')
    .replace(/\$(LT|GT|RF|C|u20)\$/g, (_, code: keyof typeof MANGLED) => MANGLED[code]);
}

const MANGLED = { LT: '<', GT: '>', RF: '&', C: ',', u20: ' ' } as const;
