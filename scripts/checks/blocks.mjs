// Checks every block of code in every page, by its language:
//   sh, console   commands of testbench must exist, with their options; those of README.md are run
//   yaml          a benchmark (or a part of one) must match its JSON Schema; others are parsed
//   json, jsonc   parsed, line by line if the block is not a single value
//   typescript    compiled as AssemblyScript if it imports @testbench/plugins-sdk, else parsed
//   ts, js        parsed, but for the ts blocks that scripts/checks/examples.mjs compiles and runs
//   c, rust, py   compiled, if complete; see below
// A block that is only part of a program is marked `excerpt`. Output is `text`. Both are counted.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { blockProblems } from '../lib/blocks/check-block.mjs';
import { blocksOf } from '../lib/blocks/read-blocks.mjs';
import { runReadme } from '../lib/blocks/run-readme.mjs';
import { filesBelow, root, workspacePackages } from '../lib/workspace.mjs';

/** More would make the mark a habit. */
const MOST_EXCERPTS = 40;

const counts = new Map();
const problems = [];
for (const page of pages()) {
  for (const block of blocksOf(page, readFileSync(join(root, page), 'utf8'))) {
    const kind = block.attributes.has('excerpt') ? `${block.language} excerpt` : block.language;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    problems.push(...(await blockProblems(block)).map((problem) => `${block.where}: ${problem}`));
  }
}
problems.push(...(await runReadme()));
for (const problem of problems) console.error(problem);
const excerpts = [...counts].filter(([kind]) => kind.endsWith('excerpt'));
const marked = excerpts.reduce((sum, [, count]) => sum + count, 0);
if (marked > MOST_EXCERPTS)
  console.error(`${marked} blocks are marked "excerpt", at most ${MOST_EXCERPTS} may be`);
const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
console.log(
  `${total} blocks: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')}`,
);
console.log(`${problems.length} wrong`);
process.exitCode = problems.length === 0 && marked <= MOST_EXCERPTS ? 0 : 1;

/** Every page of the site, and the READMEs of the packages. */
function pages() {
  const readmes = workspacePackages()
    .map(({ folder }) => `${folder}/README.md`)
    .filter((path) => existsSync(join(root, path)));
  return [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...filesBelow('docs', /\.md$/),
    ...readmes,
  ];
}
