// Compiles code of the docs with the tools that authors of plugins use. TypeScript for Node is compiled, and run, by scripts/checks/examples.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { root } from '../workspace.mjs';

const COMPILERS = {
  assemblyscript: compileAssemblyScript,
  c: compileC,
  rust: compileRust,
  python: compilePython,
};

// One for all code, so that the library in Rust is compiled once.
const folder = mkdtempSync(join(tmpdir(), 'testbench-code-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

/**
 * Compiles one piece of code, as the only file of a plugin.
 *
 * @returns What the compiler says is wrong; empty if nothing is, or, with a note, if this machine has no such compiler.
 */
export async function compileCode(where, language, code) {
  const problem = await COMPILERS[language](code);
  if (problem !== null) return problem;
  console.log(`${where}: not compiled, there is no compiler for ${language} on this machine`);
  return '';
}

async function load(from, name) {
  const require = createRequire(join(root, from, 'package.json'));
  return await import(pathToFileURL(require.resolve(name)).href);
}

async function compileAssemblyScript(code) {
  const { loadAssemblyCompiler } = await load('plugins-sdk', '@testbench/compiler');
  const { default: PluginTransform } = await import(join(root, 'plugins-sdk/transform/index.js'));
  const library = '@testbench/plugins-sdk/';
  const withPackage = class extends PluginTransform {
    async readPackage() {
      return { name: 'example', version: '1.0.0' };
    }
  };
  let problem = '';
  const compiler = await loadAssemblyCompiler();
  const { error } = await compiler.main(
    ['index.ts', '--outFile', 'out.wasm', '--runtime', 'minimal', '-O0'],
    {
      readFile: (name) => {
        if (name === 'index.ts') return code;
        const at = name.lastIndexOf(library);
        if (at < 0) return null;
        try {
          return readFileSync(join(root, 'plugins-sdk', name.slice(at + library.length)), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile() {},
      listFiles: () => [],
      stdout: { write() {} },
      stderr: { write: (text) => (problem += text) },
      ...(code.includes('@plugin') && { transforms: [withPackage] }),
    },
  );
  return error === null || error === undefined ? '' : `${error.message}\n${problem}`;
}

function compileC(code) {
  writeFileSync(join(folder, 'plugin.c'), code);
  const include = join(root, 'packages/sdk/native/c');
  const flags = [
    '--target=wasm32',
    '-std=c11',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-fsyntax-only',
    `-I${include}`,
  ];
  return runCompiler('clang', [...flags, 'plugin.c']);
}

function compileRust(code) {
  const crate = join(root, 'packages/sdk/native/rust/src/lib.rs');
  const library = ['--edition', '2021', '--crate-type', 'rlib', '--crate-name', 'testbench', crate];
  if (!existsSync(join(folder, 'libtestbench.rlib'))) {
    const built = runCompiler('rustc', [...library, '--out-dir', folder]);
    if (built !== '') return built;
  }
  writeFileSync(join(folder, 'plugin.rs'), code);
  const flags = [
    '--edition',
    '2021',
    '--crate-type',
    'lib',
    '--emit',
    'metadata',
    '-D',
    'warnings',
    '-A',
    'dead_code',
  ];
  return runCompiler('rustc', [...flags, '--extern', 'testbench=libtestbench.rlib', 'plugin.rs']);
}

/** @returns null if there is no such compiler. */
function runCompiler(command, args) {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error?.code === 'ENOENT') return null;
  return status === 0 ? '' : `${stdout}${stderr}`;
}

async function compilePython(code) {
  const { buildScript } = await load('packages/cli', '@testbench/script');
  const path = join(folder, 'plugin.py');
  writeFileSync(path, code);
  try {
    await buildScript({ path });
    return '';
  } catch (error) {
    return error.message;
  }
}
