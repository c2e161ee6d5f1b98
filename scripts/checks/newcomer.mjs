// Follows docs/writing-a-plugin.md, scripts.md, python.md and plugins-in-rust-and-c.md exactly, like a user who has only the
// published packages: packs them, and in an empty folder runs the commands of each page (lines after `$ ` in ```console),
// looks for the lines below them, writes the files that the page shows (```… file=path), and compares the files that a command
// created (```… made=path). Blocks marked needs=rust are left out, with a note, if there is no compiler for them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { packPackages } from '../lib/pack.mjs';
import { run, tail } from '../lib/run.mjs';
import { root } from '../lib/workspace.mjs';

// Pages to follow; without arguments, all of them.
const named = process.argv.slice(2);
const outside = mkdtempSync(join(tmpdir(), 'testbench-newcomer-'));
const clang = join(root, 'example-plugins/levenshtein-c/node_modules/@yowasp/clang');

try {
  const packed = await packPackages(join(outside, 'archives'));
  const archives = packed.map(({ archive }) => archive);
  for (const page of ['writing-a-plugin', 'scripts', 'python', 'plugins-in-rust-and-c']) {
    if (named.length > 0 && !named.includes(page)) continue;
    const started = Date.now();
    await followPage(`docs/${page}.md`, join(outside, page), archives);
    console.log(`docs/${page}.md: everything happens as it says, in ${secondsSince(started)} s`);
  }
} finally {
  rmSync(outside, { recursive: true });
}

function secondsSince(started) {
  return ((Date.now() - started) / 1000).toFixed(1);
}

async function followPage(path, empty, archives) {
  const text = readFileSync(join(root, path), 'utf8');
  // The page says to copy it from the example plugins.
  mkdirSync(empty);
  const place = { cwd: empty, archives };
  for (const [, info, body] of text.matchAll(/^```(.*)\n([^]*?)^```$/gm)) {
    const attributes = new Map(
      [...info.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]),
    );
    if (attributes.get('needs') === 'rust' && !(await hasRust())) {
      console.log(
        `skipped: no cargo for wasm32-unknown-unknown, so this was not tried:\n${body.trimEnd()}`,
      );
      continue;
    }
    const file = attributes.get('file');
    if (file !== undefined) {
      mkdirSync(dirname(join(place.cwd, file)), { recursive: true });
      writeFileSync(join(place.cwd, file), body);
    }
    const made = attributes.get('made');
    if (made !== undefined && readFileSync(join(place.cwd, made), 'utf8') !== body) {
      throw new Error(`Cannot follow ${path}: ${made} is not what the page shows`);
    }
    if (/^console\b/.test(info)) await followCommands(body, place);
  }
}

/** Commands begin with `$ `; each of the lines below must occur in the output. */
async function followCommands(block, place) {
  for (const part of block.trimEnd().split(/^\$ /m).slice(1)) {
    const [command, ...expected] = part.trimEnd().split('\n');
    if (command.startsWith('cd ')) {
      place.cwd = join(place.cwd, command.slice(3));
      continue;
    }
    // The machine's own Node and npm, with their configuration: a reader has no others.
    const env = { PATH: process.env.PATH, NO_COLOR: '1' };
    const actual = asToday(command, place);
    const started = Date.now();
    const output = await must(command, run('sh', ['-c', actual], { cwd: place.cwd, env }));
    console.log(`${secondsSince(started).padStart(6)} s  ${command}`);
    for (const line of expected) {
      if (!output.includes(line)) {
        throw new Error(
          `Cannot follow the page: "${command}" did not print "${line}", but\n${tail(output)}`,
        );
      }
    }
  }
}

/** A command as it must be entered until the packages are on a registry. */
function asToday(command, { cwd, archives }) {
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

async function must(command, running) {
  const { code, output } = await running;
  if (code === 0) return output;
  throw new Error(`Cannot follow the page: "${command}" ended with ${code}\n${tail(output)}`);
}
