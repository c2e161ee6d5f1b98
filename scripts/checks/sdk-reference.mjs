// Keeps the pages docs/sdk-*.md in sync with their sources: the text between `<!-- reference: … -->` and `<!-- end -->` is generated from docstrings.
//   node scripts/checks/sdk-reference.mjs            compares, and reports what lacks a docstring, a place or an example
//   node scripts/checks/sdk-reference.mjs --update   writes the pages
// scripts/checks/blocks.mjs compiles the examples.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { collectHeader } from '../lib/sdk-reference/c.mjs';
import { fillPage, problemsOf } from '../lib/sdk-reference/page.mjs';
import { collectPython } from '../lib/sdk-reference/python.mjs';
import { collectCrate } from '../lib/sdk-reference/rust.mjs';
import { collectModule } from '../lib/sdk-reference/typescript.mjs';
import { root } from '../lib/workspace.mjs';

const source = (path) => join(root, path);
const PAGES = [
  {
    language: 'assemblyscript',
    fence: 'typescript',
    collect: () => collectModule(source('plugins-sdk/index.ts')),
  },
  {
    language: 'c',
    fence: 'c',
    collect: () => collectHeader(source('packages/sdk/native/c/testbench.h')),
  },
  {
    language: 'rust',
    fence: 'rust',
    collect: () => collectCrate(source('packages/sdk/native/rust/src')),
  },
  {
    language: 'javascript',
    // These are compiled and run together with all other examples in the docs.
    fence: 'ts',
    collect: () => collectModule(source('packages/script/src/define.ts')),
  },
  {
    language: 'python',
    fence: 'python',
    collect: () =>
      collectPython(
        source('packages/script/python/testbench.pyi'),
        source('packages/script/python/guest/runtime.py'),
        source('packages/script/python/guest/asking.py'),
      ),
  },
];

const problems = [];
for (const { language, fence, collect } of PAGES) {
  const path = `docs/sdk-${language}.md`;
  const entries = collect();
  const text = readFileSync(source(path), 'utf8');
  const filled = fillPage(text, entries);
  if (process.argv.includes('--update')) writeFileSync(source(path), filled);
  else if (filled !== text) {
    problems.push(
      `${path} is not as its sources; run node scripts/checks/sdk-reference.mjs --update`,
    );
  }
  problems.push(...problemsOf(filled, entries, fence).map((problem) => `${path}: ${problem}`));
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
