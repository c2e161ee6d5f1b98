// Compiles the examples of a page with the tools that its authors use. JavaScript examples are compiled, and run, by scripts/checks/examples.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { root } from '../workspace.mjs';
import { examplesOf } from './page.mjs';

const COMPILERS = {
  typescript: compileAssemblyScript,
  c: compileC,
  rust: compileRust,
  python: compilePython,
};

/** @returns The problems: a text for each example that does not compile. */
export async function compileExamples(path, text, fence) {
  const compile = COMPILERS[fence];
  if (compile === undefined) return [];
  const folder = mkdtempSync(join(tmpdir(), 'testbench-reference-'));
  try {
    const problems = [];
    for (const [index, code] of examplesOf(text, fence).entries()) {
      const problem = await compile(code, folder);
      if (problem === null) {
        console.log(`${path}: not compiled, there is no compiler for ${fence} on this machine`);
        return problems;
      }
      if (problem !== '') problems.push(`${path}: example ${index + 1}: ${problem}\n${code}`);
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true });
  }
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

function compileC(code, folder) {
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
  return runCompiler('clang', [...flags, 'plugin.c'], folder);
}

function compileRust(code, folder) {
  const crate = join(root, 'packages/sdk/native/rust/src/lib.rs');
  const library = ['--edition', '2021', '--crate-type', 'rlib', '--crate-name', 'testbench', crate];
  // All examples of a page share it.
  if (!existsSync(join(folder, 'libtestbench.rlib'))) {
    const built = runCompiler('rustc', [...library, '--out-dir', folder], folder);
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
  return runCompiler(
    'rustc',
    [...flags, '--extern', 'testbench=libtestbench.rlib', 'plugin.rs'],
    folder,
  );
}

/** @returns null if there is no such compiler. */
function runCompiler(command, args, cwd) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error?.code === 'ENOENT') return null;
  return status === 0 ? '' : `${stdout}${stderr}`;
}

async function compilePython(code, folder) {
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
