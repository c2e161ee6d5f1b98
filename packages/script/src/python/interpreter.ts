import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

// Next to the folder of this package's code, in both sources and build.
const FOLDERS = ['../build/', '../../build/'];

/** CPython as this package's build made it. */
export interface Interpreter {
  readonly module: WebAssembly.Module;
  readonly bytes: Uint8Array;
  /** Addresses of the guest's functions: to build, to begin, to perform, and to answer in the other world. */
  readonly entries: readonly [build: number, initialize: number, execute: number, answer: number];
  /** Places in its table: to allocate, to release, and to call a function of the guest. */
  readonly table: readonly [allocate: number, release: number, call: number];
  /** Memory of the standard library: unused once a plugin is built. */
  readonly library: readonly [start: number, end: number];
  /** Location of its stack. */
  readonly stack: readonly [start: number, end: number];
  /** Hex digest of everything: another interpreter makes other plugins. */
  readonly digest: string;
}

let loaded: Interpreter | undefined;

/** Reads the interpreter once. */
export function loadInterpreter(): Interpreter {
  if (loaded !== undefined) return loaded;
  const packed = readBuilt('python.wasm.br');
  const facts = readBuilt('python.json').toString('utf8');
  const bytes = brotliDecompressSync(packed);
  loaded = {
    ...(JSON.parse(facts) as Pick<Interpreter, 'entries' | 'table' | 'library' | 'stack'>),
    bytes,
    module: new WebAssembly.Module(bytes),
    digest: createHash('sha256').update(packed).update(facts).digest('hex'),
  };
  return loaded;
}

function readBuilt(name: string): Buffer<ArrayBuffer> {
  let failed: unknown;
  for (const folder of FOLDERS) {
    try {
      return readFileSync(new URL(`${folder}${name}`, import.meta.url));
    } catch (error) {
      failed = error;
    }
  }
  throw failed;
}
