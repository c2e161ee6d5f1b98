// Follows the pages of docs/ that show commands, each in an empty folder in which the packages of this repository are installed:
// writes the files that a page shows (```… file=path), runs the commands in ```console (lines after `$ `), and looks
// for the lines below each command in its output. A line `…` stands for omitted lines, `…` in a line for text that differs
// from run to run. `exit=3` on a block is the exit code of its last command; `needs=deno` leaves it out if there is no Deno. A page that needs packages as
// published is checked by newcomer.mjs instead. Arguments name pages: `node scripts/checks/walkthroughs.mjs guides/prompts`.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { pinnedNode, run, tail } from '../lib/run.mjs';
import { root, workspacePackages } from '../lib/workspace.mjs';

const FOLDERS = ['start', 'concepts', 'guides', 'plugin-types', 'embedding', 'compare'];
const BLOCK = /^```([^\n]*)\n([^]*?)^```$/gm;

/** Programs of other platforms, if the packages of `conformance` include them. */
const PROGRAMS = {
  deno: 'conformance/node_modules/@deno/linux-x64-glibc',
  bun: 'conformance/node_modules/@oven/bun-linux-x64/bin',
};

const named = process.argv.slice(2);
const pages = FOLDERS.flatMap(pagesOf).filter(
  (page) => named.length === 0 || named.includes(page.slice(0, -'.md'.length)),
);
const place = mkdtempSync(join(tmpdir(), 'testbench-walkthroughs-'));
try {
  installPackages(place);
  const failures = await followAll(pages);
  console.log(`${pages.length} pages, ${failures.length} of them do not happen as they say`);
  for (const failure of failures) console.error(`\n${failure}`);
  process.exitCode = failures.length === 0 && pages.length > 0 ? 0 : 1;
} finally {
  rmSync(place, { recursive: true });
}

function pagesOf(folder) {
  return readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.md'))
    .toSorted();
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

async function followAll(todo) {
  const queue = [...todo];
  const failures = [];
  const work = async () => {
    for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
      const failure = await follow(page).catch((error) => error.message);
      if (failure !== undefined) failures.push(`docs/${page}: ${failure}`);
    }
  };
  await Promise.all([work(), work()]);
  return failures;
}

/** Why the page does not work as described, or undefined. */
async function follow(page) {
  const folder = join(place, page.replace(/\W+/g, '-'));
  mkdirSync(folder, { recursive: true });
  let cwd = folder;
  const env = {
    PATH: [
      join(place, 'bin'),
      dirname(pinnedNode()),
      ...Object.values(PROGRAMS).map((path) => join(root, path)),
      process.env.PATH,
    ].join(':'),
    HOME: join(folder, '..', 'homes', page.replace(/\W+/g, '-')),
    NO_COLOR: '1',
  };
  for (const [, info, body] of readFileSync(join(root, 'docs', page), 'utf8').matchAll(BLOCK)) {
    const [, file] = /\bfile=(\S+)/.exec(info) ?? [];
    if (file !== undefined) {
      mkdirSync(dirname(join(cwd, file)), { recursive: true });
      writeFileSync(join(cwd, file), body);
    }
    const [, made] = /\bmade=(\S+)/.exec(info) ?? [];
    if (made !== undefined && readFileSync(join(cwd, made), 'utf8') !== body) {
      return `${made} is not what the page shows`;
    }
    if (!/^console\b(?!.*no-run)/.test(info)) continue;
    const [, needed] = /\bneeds=(\S+)/.exec(info) ?? [];
    if (needed !== undefined && !existsSync(join(root, PROGRAMS[needed], needed))) {
      console.log(`skipped: no ${needed}, so this was not tried:\n${body.trimEnd()}`);
      continue;
    }
    const parts = body.trimEnd().split(/^\$ /m).slice(1);
    for (const [index, part] of parts.entries()) {
      const [command, ...expected] = part.trimEnd().split('\n');
      if (command.startsWith('cd ')) {
        cwd = join(cwd, command.slice(3));
        continue;
      }
      const [, name, value] = /^export (\w+)='?([^']*)'?$/.exec(command) ?? [];
      if (name !== undefined) {
        env[name] = value;
        continue;
      }
      const wanted = index === parts.length - 1 ? Number(/\bexit=(\d+)/.exec(info)?.[1] ?? 0) : 0;
      const failure = await followCommand(command, expected, wanted, { cwd, env });
      if (failure !== undefined) return failure;
    }
  }
  return undefined;
}

async function followCommand(command, expected, wanted, where) {
  const { code, output } = await run('sh', ['-c', command], { ...where, timeoutMs: 120_000 });
  if (code !== wanted) return `"${command}" ended with ${code}\n${tail(output)}`;
  const missing = expected.find((line) => !isIn(output, line));
  return missing === undefined
    ? undefined
    : `"${command}" did not print "${missing}", but\n${tail(output)}`;
}

/** Whether a line of a page occurs in the output. Multiple spaces between columns count as one. */
function isIn(output, line) {
  const plain = (text) => text.replace(/[ \t]+/g, ' ');
  const parts = plain(line.trim())
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('[^\\n]*')).test(plain(output));
}
