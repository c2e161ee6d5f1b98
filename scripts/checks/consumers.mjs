// Installs the packed archives in empty folders, under npm and under pnpm, and uses them as others do: from an ES module,
// from CommonJS, from TypeScript in two resolutions with the libraries' own declarations checked, through esbuild, and
// through vite. A plugin is run each time, so the files that threads and child processes start from are found too.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
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
/** Loaded by the AssemblyScript compiler, which awaits at its top level; CommonJS cannot take that. */
const NO_REQUIRE = '@testbench/plugins-sdk/transform';
const PLUGIN = join(root, 'example-plugins/exact-match/build/exact-match.wasm');

const outside = mkdtempSync(join(tmpdir(), 'testbench-consumers-'));
const { devDependencies } = readJson(join(root, 'package.json'));
const { peerDependencies } = readJson(join(root, 'packages/manager/package.json'));
let failures = 0;

try {
  const packed = await packPackages(join(outside, 'archives'));
  // The main export of plugins-sdk is AssemblyScript.
  const names = packed
    .flatMap(({ manifest }) => importNames(manifest))
    .filter((name) => name !== '@testbench/plugins-sdk');
  for (const manager of ['npm', 'pnpm']) {
    const folder = join(outside, manager);
    mkdirSync(folder);
    await attempt(`install with ${manager}`, () => install(manager, folder, packed));
    await useAll(manager, folder, names);
  }
} finally {
  rmSync(outside, { recursive: true });
}
process.exitCode = failures === 0 ? 0 : 1;

async function useAll(manager, folder, names) {
  cpSync(PLUGIN, join(folder, 'exact-match.wasm'));
  write(folder, 'all.mjs', importAll(names) + USE);
  write(folder, 'all.cjs', requireAll(names.filter((name) => name !== NO_REQUIRE)) + USE);
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
  // What starts threads and processes stays outside, as for every package with files of its own.
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

/** The oldest Node that require() is promised for, where the proofs are installed, and the pinned one. */
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
    // One package asks for another by version, and no registry has them.
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
