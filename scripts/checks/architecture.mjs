// Dependencies go only where scripts/architecture.mjs allows them. Checks imports (dependency-cruiser),
// package.json files, and the table in docs/architecture.md.
// Usage: node scripts/checks/architecture.mjs [folder of another workspace]
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { mayImport, withoutDependencies } from '../architecture.mjs';
import { run } from '../lib/run.mjs';
import { root, workspacePackages } from '../lib/workspace.mjs';

const base = resolve(process.argv[2] ?? root);
const problems = [...manifestProblems(), ...documentProblems(), ...(await importProblems())];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

function* manifestProblems() {
  const packages = workspacePackages(base).filter(({ folder }) => folder.startsWith('packages/'));
  for (const { folder, manifest } of packages) {
    const name = folder.slice('packages/'.length);
    const allowed = mayImport[name];
    if (allowed === undefined) {
      yield `${folder}: not in the table of scripts/architecture.mjs`;
      continue;
    }
    for (const dependency of Object.keys({
      ...manifest.dependencies,
      ...manifest.devDependencies,
    })) {
      const [, target] = /^@testbench\/(.+)$/.exec(dependency) ?? [];
      if (target in mayImport && !allowed.includes(target)) {
        yield `${folder}/package.json: ${name} may not depend on ${dependency}`;
      }
    }
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (withoutDependencies.includes(name) && !dependency.startsWith('@testbench/')) {
        yield `${folder}/package.json: ${name} may not depend on ${dependency}, nor on anything from outside`;
      }
    }
  }
}

/** Rows of the document's table look like: | `wasm` | what it is | `types` | */
function* documentProblems() {
  const path = join(base, 'docs/architecture.md');
  if (!existsSync(path)) return;
  const rows = readFileSync(path, 'utf8').matchAll(/^\| `([a-z-]+)` \|.*\| ([^|]*) \|$/gm);
  const documented = new Map(
    [...rows].map(([, name, cell]) => [
      name,
      [...cell.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]),
    ]),
  );
  for (const [name, allowed] of Object.entries(mayImport)) {
    const told = documented.get(name);
    if (told === undefined || told.join() !== allowed.join()) {
      yield `docs/architecture.md: the row of \`${name}\` should name ${allowed.join(', ') || 'nothing'}`;
    }
  }
}

async function importProblems() {
  const cruise = join(root, 'node_modules/.bin/depcruise');
  const config = join(root, '.dependency-cruiser.mjs');
  const args = ['--config', config, '--output-type', 'err-long', 'packages'];
  const { code, output } = await run(cruise, args, { cwd: base });
  return code === 0 ? [] : [output.trimEnd()];
}
