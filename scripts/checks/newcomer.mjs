// Follows docs/writing-a-plugin.md to the letter, as somebody would who has only the published packages:
// packs them, installs the archives with npm into an empty folder, writes the files that the page shows
// (```… file=path), runs its commands (lines after `$ ` in ```console), and looks for the lines below them.
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { run, runTool, tail } from '../lib/run.mjs';
import { root, workspacePackages } from '../lib/workspace.mjs';

const page = readFileSync(join(root, 'docs/writing-a-plugin.md'), 'utf8');
const outside = mkdtempSync(join(tmpdir(), 'testbench-newcomer-'));
const project = join(outside, 'keyword-coverage');
mkdirSync(project);
// The page says to copy it from the example plugins.
copyFileSync(join(root, 'example-plugins/replay/build/replay.wasm'), join(project, 'replay.wasm'));

try {
  const archives = await pack();
  for (const [, info, body] of page.matchAll(/^```(.*)\n([^]*?)^```$/gm)) {
    const [, file] = / file=(\S+)/.exec(info) ?? [];
    if (file !== undefined) {
      mkdirSync(dirname(join(project, file)), { recursive: true });
      writeFileSync(join(project, file), body);
    }
    if (info === 'console') await follow(body, archives);
  }
  console.log('the plugin of docs/writing-a-plugin.md builds, answers and is benchmarked');
} finally {
  rmSync(outside, { recursive: true });
}

async function pack() {
  for (const { folder, manifest } of workspacePackages()) {
    if (manifest.private === true) continue;
    await must(
      'pnpm',
      runTool('pnpm', ['pack', '--pack-destination', outside], { cwd: join(root, folder) }),
    );
  }
  return readdirSync(outside)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(outside, name));
}

async function follow(block, archives) {
  const [first, ...expected] = block.trimEnd().split('\n');
  const command = first.replace(/^\$ /, '');
  // npm takes a package that is installed already for the one that another depends on.
  const actual = command.startsWith('npm install')
    ? `npm install --no-fund --no-audit --save-dev ${archives.join(' ')}`
    : command;
  // The machine's own Node and npm, with their configuration: a reader has no others.
  const env = { PATH: process.env.PATH, NO_COLOR: '1' };
  const output = await must(command, run('sh', ['-c', actual], { cwd: project, env }));
  for (const line of expected) {
    if (!output.includes(line)) {
      throw new Error(
        `Cannot follow the page: "${command}" did not print "${line}", but\n${tail(output)}`,
      );
    }
  }
}

async function must(command, running) {
  const { code, output } = await running;
  if (code === 0) return output;
  throw new Error(`Cannot follow the page: "${command}" ended with ${code}\n${tail(output)}`);
}
