import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const builds = join(root, 'build');
const C_SOURCE = join(root, 'kernels/kernels.c');
const SCRIPT_SOURCE = join(root, 'kernels/strings.ts');

/** A file under `build/`, named after everything that it depends on, and created only if it does not exist. */
async function cached(
  name: string,
  inputs: readonly string[],
  make: (target: string) => Promise<void> | void,
): Promise<string> {
  const key = createHash('sha256').update(inputs.join('\0')).digest('hex').slice(0, 16);
  const target = join(builds, `${key}-${name}`);
  if (existsSync(target)) return target;
  mkdirSync(builds, { recursive: true });
  // Two concurrent runs must not see each other's half-written files.
  const unfinished = `${target}.${process.pid}`;
  await make(unfinished);
  renameSync(unfinished, target);
  return target;
}

function read(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path));
}

/** `kernels.c` for WebAssembly, compiled by a clang from npm that is itself WebAssembly: the same bytes on every machine. */
export async function buildC(): Promise<Uint8Array<ArrayBuffer>> {
  const source = readFileSync(C_SOURCE, 'utf8');
  const flags = ['--target=wasm32', '-O2', '-msimd128', '-nostdlib', '-Wl,--no-entry,--strip-all'];
  // By path, because the package does not export its description.
  const description = new URL('../package.json', import.meta.resolve('@yowasp/clang'));
  const version = readFileSync(description, 'utf8');
  const path = await cached('kernels.wasm', [source, version, ...flags], async (target) => {
    const { commands } = await import('@yowasp/clang');
    const files = await commands.clang(
      [...flags, '-o', 'out.wasm', 'kernels.c'],
      { 'kernels.c': source },
      { fetchProgress: () => undefined },
    );
    writeFileSync(target, files?.['out.wasm'] as Uint8Array);
  });
  return read(path);
}

/** `strings.ts` for WebAssembly. */
export async function buildScript(): Promise<Uint8Array<ArrayBuffer>> {
  const source = readFileSync(SCRIPT_SOURCE, 'utf8');
  const compiler = require.resolve('assemblyscript/package.json');
  const flags = ['-O3', '--runtime', 'incremental'];
  const inputs = [source, readFileSync(compiler, 'utf8'), ...flags];
  const path = await cached('strings.wasm', inputs, (target) => {
    const asc = join(compiler, '../bin/asc.js');
    execFileSync(process.execPath, [asc, SCRIPT_SOURCE, ...flags, '-o', target]);
  });
  return read(path);
}

/** `kernels.c` for this machine, compiled by each installed compiler. */
export async function buildNative(): Promise<Map<string, string>> {
  const programs = new Map<string, string>();
  const source = readFileSync(C_SOURCE, 'utf8');
  for (const compiler of ['clang', 'gcc']) {
    const version = versionOf(compiler);
    if (version === undefined) continue;
    const path = await cached(`kernels-${compiler}`, [source, version], (target) => {
      execFileSync(compiler, ['-O2', '-o', target, C_SOURCE, '-lm']);
    });
    programs.set(version, path);
  }
  return programs;
}

function versionOf(compiler: string): string | undefined {
  try {
    const output = execFileSync(compiler, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
    return String(output).split('\n')[0];
  } catch {
    return undefined;
  }
}
