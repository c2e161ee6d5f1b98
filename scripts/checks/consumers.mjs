// Installs the packed archives in empty folders, under npm and under pnpm, and uses them like a consumer: from an ES module,
// from CommonJS, from TypeScript in two resolutions with the libraries' own declarations checked, through esbuild, and
// through vite. Each run calls a plugin, so the files from which threads and child processes start are found too. New plugin projects
// are checked as in an editor, and the size of an author's installation is measured.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  importAll,
  requireAll,
  USE,
  USE_NEUTRAL,
  USE_TYPED,
  USE_TYPED_CJS,
  useInBrowser,
} from '../lib/consumer-sources.mjs';
import { importNames, packPackages } from '../lib/pack.mjs';
import { pinnedNode, run, runTool, tail } from '../lib/run.mjs';
import { readJson, root } from '../lib/workspace.mjs';

/** Packages that use no Node API: they compile without its types, and run in a browser. */
const NEUTRAL = ['types', 'wasm', 'metering', 'runtime', 'sandbox', 'statistics'].map(
  (name) => `@testbench/${name}`,
);
/** The AssemblyScript compiler and the modules it loads: it uses top-level await, which CommonJS cannot load. */
const NO_REQUIRE = new Set(['@testbench/plugins-sdk/transform', '@testbench/compiler/ast']);
/** AssemblyScript; components for pages, which need `preact`; and what needs, or is only imported by, vitest. */
const NOT_IMPORTED = new Set([
  '@testbench/plugins-sdk',
  '@testbench/report/components',
  '@testbench/vitest',
  '@testbench/vitest/reporter',
]);
/** Maximum that an author installs, in MB: with the AssemblyScript compiler, and without it. */
const MOST_MB = { '@testbench/plugins-sdk': 60, '@testbench/sdk': 15 };
const PLUGIN = join(root, 'example-plugins/exact-match/build/exact-match.wasm');

const outside = mkdtempSync(join(tmpdir(), 'testbench-consumers-'));
const { devDependencies } = readJson(join(root, 'package.json'));
const { peerDependencies } = readJson(join(root, 'packages/manager/package.json'));
let failures = 0;

try {
  const packed = await packPackages(join(outside, 'archives'));
  const names = packed
    .flatMap(({ manifest }) => importNames(manifest))
    .filter((name) => !NOT_IMPORTED.has(name));
  for (const manager of ['npm', 'pnpm']) {
    const folder = join(outside, manager);
    mkdirSync(folder);
    await attempt(`install with ${manager}`, () => install(manager, folder, packed));
    await useAll(manager, folder, names);
    await editProjects(manager, folder);
  }
  await weigh(packed);
} finally {
  rmSync(outside, { recursive: true });
}
process.exitCode = failures === 0 ? 0 : 1;

async function useAll(manager, folder, names) {
  cpSync(PLUGIN, join(folder, 'exact-match.wasm'));
  write(folder, 'all.mjs', importAll(names) + USE);
  write(folder, 'all.cjs', requireAll(names.filter((name) => !NO_REQUIRE.has(name))) + USE);
  write(folder, 'neutral.mjs', importAll(NEUTRAL) + USE_NEUTRAL);
  write(folder, 'page.mjs', useInBrowser(readFileSync(PLUGIN)));
  const scripts = ['neutral', 'page'].map(
    (name) => `<script type="module" src="./${name}.mjs"></script>`,
  );
  write(folder, 'index.html', scripts.join('\n'));
  write(folder, 'all.mts', importAll(names) + USE_TYPED);
  write(folder, 'all.cts', USE_TYPED_CJS);
  write(folder, 'neutral.mts', importAll(NEUTRAL));

  for (const node of nodes()) {
    for (const file of ['all.mjs', 'all.cjs']) {
      await attempt(`${manager}: ${node.name} ${file}`, () => execute(node, folder, file));
    }
  }

  const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022'];
  const forNode = [...strict, '--lib', 'es2023,dom', '--types', 'node'];
  const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler'];
  // Without the types of Node.
  const bare = [...strict, '--lib', 'es2022,dom', '--typeRoots', join(folder, 'none')];
  for (const [compiler, version] of [
    ['tsc6', 6],
    ['tsc', 7],
  ]) {
    const check = (label, args) =>
      attempt(`${manager}: TypeScript ${version}, ${label}`, () => tool(compiler, args, folder));
    await check('nodenext', [...forNode, '--module', 'nodenext', 'all.mts', 'all.cts']);
    await check('bundler', [...forNode, ...bundler, 'all.mts']);
    await check('without Node', [...bare, '--module', 'nodenext', 'neutral.mts']);
  }

  const esbuild = (label, args) =>
    attempt(`${manager}: esbuild, ${label}`, () => tool('esbuild', ['--bundle', ...args], folder));
  for (const name of ['neutral', 'page']) {
    const outfile = `esbuild/${name}.mjs`;
    await esbuild(`${name}, browser`, [`${name}.mjs`, '--format=esm', `--outfile=${outfile}`]);
    await attempt(`${manager}: run what esbuild made of ${name}`, () =>
      execute(nodes()[0], folder, outfile),
    );
  }
  // Packages that start threads and processes stay external, like every package with separate files.
  const external = ['--platform=node', '--packages=external'];
  await esbuild('node', ['all.mjs', ...external, '--format=esm', '--outfile=esbuild/all.mjs']);
  await attempt(`${manager}: run what esbuild made for Node`, () =>
    execute(nodes()[0], folder, 'esbuild/all.mjs'),
  );

  const vite = ['build', '--outDir', 'vite', '--logLevel', 'warn'];
  await attempt(`${manager}: vite, browser`, () => tool('vite', vite, folder));
  await attempt(`${manager}: vite, node`, () =>
    tool(
      'vite',
      ['build', '--ssr', 'all.mjs', '--outDir', 'vite-ssr', '--logLevel', 'warn'],
      folder,
    ),
  );
  await attempt(`${manager}: run what vite made for Node`, () =>
    execute(
      nodes()[0],
      folder,
      existsSync(join(folder, 'vite-ssr/all.js')) ? 'vite-ssr/all.js' : 'vite-ssr/all.mjs',
    ),
  );
}

/** What an editor would underline in a new AssemblyScript project of each type. */
async function editProjects(manager, folder) {
  const command = join(folder, 'node_modules/@testbench/cli/bin/testbench.js');
  for (const type of ['evaluator', 'provider', 'transform', 'filter', 'custom']) {
    await attempt(`${manager}: begin a plugin of type ${type}`, () =>
      run(pinnedNode(), [command, 'new', type, '--type', type, '--yes'], { cwd: folder }),
    );
    for (const compiler of ['tsc6', 'tsc']) {
      await attempt(`${manager}: ${compiler} sees no error in a plugin of type ${type}`, () =>
        tool(compiler, ['--noEmit', '-p', `${type}/assembly`], folder),
      );
    }
  }
}

/** Installs only what an author needs, and adds up the sizes of the files. */
async function weigh(packed) {
  const all = new Map(packed.map((entry) => [entry.manifest.name, entry]));
  for (const [name, mostMb] of Object.entries(MOST_MB)) {
    const folder = join(outside, `weight-${name.split('/')[1]}`);
    mkdirSync(folder);
    const needed = new Set(['@testbench/sdk', name]);
    for (const next of needed) {
      const ours = Object.keys(all.get(next).manifest.dependencies ?? {});
      for (const dependency of ours) if (all.has(dependency)) needed.add(dependency);
    }
    const archives = [...needed].map((needs) => [needs, `file:${all.get(needs).archive}`]);
    const manifest = { private: true, dependencies: Object.fromEntries(archives) };
    write(folder, 'package.json', JSON.stringify(manifest));
    const flags = ['--no-fund', '--no-audit', '--ignore-scripts', '--omit=optional'];
    await attempt(`install ${[...new Set(['@testbench/sdk', name])].join(' and ')}`, () =>
      run('npm', ['install', ...flags], { cwd: folder }),
    );
    await attempt(`it takes at most ${mostMb} MB`, async () => {
      const mb = sizeOf(join(folder, 'node_modules')) / 1e6;
      console.log(`       ${mb.toFixed(1)} MB`);
      return { code: mb <= mostMb ? 0 : 1, output: `it takes ${mb.toFixed(1)} MB` };
    });
  }
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** The oldest Node for which require() is promised, where the proofs are installed, and the pinned one. */
function nodes() {
  const oldest = join(root, 'conformance/node_modules/n20/bin/node');
  return [
    { name: 'pinned Node', path: pinnedNode() },
    ...(existsSync(oldest) ? [{ name: 'Node 20', path: oldest }] : []),
  ];
}

async function install(manager, folder, packed) {
  const versions = {
    '@types/node': devDependencies['@types/node'],
    ...Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, '*'])),
  };
  const archives = Object.fromEntries(
    packed.map(({ manifest, archive }) => [manifest.name, `file:${archive}`]),
  );
  const manifest = { private: true, type: 'module', dependencies: { ...archives, ...versions } };
  write(folder, 'package.json', JSON.stringify(manifest));
  if (manager === 'pnpm') {
    // One package depends on another by version, and no registry has them.
    const lines = Object.entries(archives).map(([name, path]) => `  '${name}': '${path}'\n`);
    write(folder, 'pnpm-workspace.yaml', `overrides:\n${lines.join('')}`);
    return runTool('pnpm', ['install', '--ignore-scripts'], { cwd: folder });
  }
  return run('npm', ['install', '--no-fund', '--no-audit', '--ignore-scripts'], { cwd: folder });
}

function execute(node, folder, file) {
  return run(node.path, [file], { cwd: folder, timeoutMs: 120_000 });
}

function tool(name, args, cwd) {
  return runTool(name, args, { cwd, env: { NO_COLOR: '1' }, timeoutMs: 300_000 });
}

async function attempt(label, job) {
  const started = Date.now();
  const { code, output } = await job();
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(5);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${label}`);
  if (code === 0) return;
  failures += 1;
  console.error(tail(output, 8));
}

function write(folder, name, text) {
  writeFileSync(join(folder, name), text);
}
