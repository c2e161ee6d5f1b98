// Follows the pages of docs/ that show commands, each in an empty folder in which the packages of this repository are installed; see
// scripts/lib/blocks/follow-page.mjs. A line `…` stands for omitted lines, `…` in a line for text that differs from run to run; `needs=deno` leaves a
// block out if there is no Deno. A page that needs packages as published is checked by newcomer.mjs instead.
// Arguments name pages: `node scripts/checks/walkthroughs.mjs guides/prompts`.
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { followPage } from '../lib/blocks/follow-page.mjs';
import { inParallel } from '../lib/in-parallel.mjs';
import { pinnedNode, run } from '../lib/run.mjs';
import { filesBelow, root, workspacePackages } from '../lib/workspace.mjs';

const FOLDERS = ['start', 'concepts', 'guides', 'plugin-types', 'embedding', 'compare'];

/** Programs of other platforms, if the packages of `conformance` include them. */
const PROGRAMS = {
  deno: 'conformance/node_modules/@deno/linux-x64-glibc',
  bun: 'conformance/node_modules/@oven/bun-linux-x64/bin',
};

const named = process.argv.slice(2);
const pages = FOLDERS.flatMap((folder) => filesBelow(`docs/${folder}`, /\.md$/).toSorted()).filter(
  (page) => named.length === 0 || named.includes(page.slice('docs/'.length, -'.md'.length)),
);
const place = mkdtempSync(join(tmpdir(), 'testbench-walkthroughs-'));
try {
  installPackages(place);
  const failures = (await inParallel(2, pages, follow)).filter((failure) => failure !== undefined);
  console.log(`${pages.length} pages, ${failures.length} of them do not happen as they say`);
  for (const failure of failures) console.error(`\n${failure}`);
  process.exitCode = failures.length === 0 && pages.length > 0 ? 0 : 1;
} finally {
  rmSync(place, { recursive: true });
}

/** Like npm: each package under its name, and the command on the path. */
function installPackages(folder) {
  const installed = join(folder, 'node_modules');
  for (const { folder: source, manifest } of workspacePackages()) {
    mkdirSync(dirname(join(installed, manifest.name)), { recursive: true });
    symlinkSync(join(root, source), join(installed, manifest.name));
  }
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const command = join(root, 'packages/cli/bin/testbench.js');
  const script = `#!/bin/sh\nexec "${pinnedNode()}" "${command}" "$@"\n`;
  writeFileSync(join(bin, 'testbench'), script, { mode: 0o755 });
}

/** The page, and why it does not happen as it says; undefined if it does. */
async function follow(page) {
  const name = page.slice('docs/'.length).replace(/\W+/g, '-');
  const folder = join(place, name);
  mkdirSync(folder, { recursive: true });
  const env = {
    PATH: [
      join(place, 'bin'),
      dirname(pinnedNode()),
      ...Object.values(PROGRAMS).map((path) => join(root, path)),
      process.env.PATH,
    ].join(':'),
    HOME: join(place, 'homes', name),
    NO_COLOR: '1',
  };
  const failure = await followPage(page, folder, env, {
    has: (program) => existsSync(join(root, PROGRAMS[program], program)),
    run: (command, where) => run('sh', ['-c', command], { ...where, timeoutMs: 120_000 }),
    isIn,
  }).catch((error) => error.message);
  return failure === undefined ? undefined : `${page}: ${failure}`;
}

/** Whether a line of a page occurs in the output. Multiple spaces between columns count as one. */
function isIn(output, line) {
  const plain = (text) => text.replace(/[ \t]+/g, ' ');
  const parts = plain(line.trim())
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('[^\\n]*')).test(plain(output));
}
