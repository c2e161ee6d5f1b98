// Follows docs/writing-a-plugin.md, scripts.md, python.md and plugins-in-rust-and-c.md exactly, like a user who has only the
// published packages: packs them, and follows each page in an empty folder; see scripts/lib/blocks/follow-page.mjs. Blocks marked
// needs=rust are left out, with a note, if there is no compiler for them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { followPage } from '../lib/blocks/follow-page.mjs';
import { packPackages } from '../lib/pack.mjs';
import { run } from '../lib/run.mjs';
import { root } from '../lib/workspace.mjs';

// Pages to follow; without arguments, all of them.
const named = process.argv.slice(2);
const outside = mkdtempSync(join(tmpdir(), 'testbench-newcomer-'));
// The machine's own Node and npm, with their configuration: a reader has no others.
const env = { PATH: process.env.PATH, NO_COLOR: '1' };
const clang = join(root, 'example-plugins/levenshtein-c/node_modules/@yowasp/clang');

try {
  const packed = await packPackages(join(outside, 'archives'));
  const archives = packed.map(({ archive }) => archive);
  for (const page of ['writing-a-plugin', 'scripts', 'python', 'plugins-in-rust-and-c']) {
    if (named.length > 0 && !named.includes(page)) continue;
    const started = Date.now();
    const empty = join(outside, page);
    mkdirSync(empty);
    const failure = await followPage(`docs/${page}.md`, empty, env, reader(archives));
    if (failure !== undefined) throw new Error(`Cannot follow docs/${page}.md: ${failure}`);
    console.log(`docs/${page}.md: everything happens as it says, in ${secondsSince(started)} s`);
  }
} finally {
  rmSync(outside, { recursive: true });
}

function secondsSince(started) {
  return ((Date.now() - started) / 1000).toFixed(1);
}

/** Runs the commands of a page as they are today. */
function reader(archives) {
  return {
    has: (need) => need !== 'rust' || hasRust(),
    isIn: (output, line) => output.includes(line),
    async run(command, where) {
      const started = Date.now();
      const result = await run('sh', ['-c', asToday(command, where.cwd, archives)], where);
      console.log(`${secondsSince(started).padStart(6)} s  ${command}`);
      return result;
    },
  };
}

/** A command as it must be entered until the packages are on a registry. */
function asToday(command, cwd, archives) {
  const archiveOf = (name) => archives.find((path) => path.includes(`/testbench-${name}-`));
  const [, rest] = /^npm create @testbench\/plugin (.*)$/.exec(command) ?? [];
  if (rest !== undefined) {
    const args = rest.replace(' -- ', ' ');
    const packages = ['types', 'create-plugin'].map((name) => `--package=${archiveOf(name)}`);
    return `npm exec --yes ${packages.join(' ')} -- create-plugin ${args}`;
  }
  if (command === 'npm install') {
    const wanted = Object.keys(
      JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')).devDependencies,
    );
    // npm uses an already installed package as the dependency of another.
    const extra = wanted.includes('@yowasp/clang') && existsSync(clang) ? [clang] : [];
    return `npm install --no-fund --no-audit --save-dev ${[...archives, ...extra].join(' ')}`;
  }
  const [, plugin] = /^cp \.\.\/testbench\/(\S+) \.$/.exec(command) ?? [];
  return plugin === undefined ? command : `cp ${join(root, plugin)} .`;
}

async function hasRust() {
  const target = 'wasm32-unknown-unknown';
  const folders = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => existsSync(join(folder, 'cargo')));
  for (const folder of folders) {
    const asked = await run(join(folder, 'rustc'), [
      '--print',
      'target-libdir',
      '--target',
      target,
    ]);
    if (asked.code === 0 && existsSync(asked.output.trim())) return true;
  }
  return false;
}
