import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Size of each kernel of `kernels.c`, chosen for 10 to 30 ms on the machine this was written on. */
export const C_KERNELS: Readonly<Record<string, number>> = {
  gemm: 5,
  jacobi: 500,
  mvt: 300,
  floyd: 4,
  mandelbrot: 220,
  nbody: 60_000,
  sieve: 60,
  quicksort: 3,
  heapsort: 3,
  crc32: 120,
  fnv: 200,
  sha256: 20_000,
  levenshtein: 20,
  knapsack: 60,
  tokenize: 100,
  machine: 4_000_000,
  base64: 400,
  bytes_copy: 200,
  fib: 32,
  tak: 24,
  queens: 10,
  indirect: 5_000_000,
  trees: 30,
};

/** Size of each kernel of `strings.ts`. */
export const SCRIPT_KERNELS: Readonly<Record<string, number>> = {
  build: 400,
  words: 2000,
  sortNumbers: 40,
  scan: 60_000,
};

const here = fileURLToPath(new URL('.', import.meta.url));
const source = join(here, '../kernels/kernels.c');

function succeeds(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Compilers that are there; C needs clang with `wasm-ld` (Debian: `clang lld`). */
export const hasClang = succeeds('clang') && succeeds('wasm-ld');
const directory = mkdtempSync(join(tmpdir(), 'testbench-kernels-'));

/** `kernels.c` for WebAssembly. */
export function compileC(): Uint8Array<ArrayBuffer> {
  const target = join(directory, 'kernels.wasm');
  const flags = ['--target=wasm32', '-O2', '-mbulk-memory', '-nostdlib'];
  execFileSync('clang', [...flags, '-Wl,--no-entry,--strip-all', '-o', target, source]);
  return new Uint8Array(readFileSync(target));
}

/** `strings.ts` for WebAssembly. */
export function compileScript(): Uint8Array<ArrayBuffer> {
  const target = join(directory, 'strings.wasm');
  const require = createRequire(import.meta.url);
  const asc = join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js');
  const input = join(here, '../kernels/strings.ts');
  execFileSync(process.execPath, [asc, input, '-O3', '--runtime', 'incremental', '-o', target]);
  return new Uint8Array(readFileSync(target));
}

/** Native programs of the same kernels, by compiler. */
export function compileNative(): Map<string, string> {
  const programs = new Map<string, string>();
  for (const compiler of ['clang', 'gcc']) {
    if (!succeeds(compiler)) continue;
    const target = join(directory, `kernels-${compiler}`);
    execFileSync(compiler, ['-O2', '-o', target, source, '-lm']);
    programs.set(compiler, target);
  }
  return programs;
}

/** CPU time in microseconds of one run in a native program, and its checksum. */
export function runNative(program: string, name: string, size: number): [us: number, sum: number] {
  const [, sum, us] = execFileSync(program, [name, String(size)], { encoding: 'utf8' }).split(' ');
  return [Number(us), Number(sum)];
}
