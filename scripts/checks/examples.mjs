// Compiles and runs every example of the docs: each ```ts block of a README, of docs/ or of a docstring
// that begins with an import from '@testbench/…'. A line `expression; // => value` is an assertion.
// A block marked ```ts no-run is only compiled.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { blocksOf, isExample } from '../lib/blocks/read-blocks.mjs';
import { inParallel } from '../lib/in-parallel.mjs';
import { pinnedNode, run, runTool, tail } from '../lib/run.mjs';
import { filesBelow, root, workspacePackages } from '../lib/workspace.mjs';

// Inside `tests`, whose dependencies are all packages.
const folder = join(root, 'tests', 'build', 'examples');

const examples = documents().flatMap(extract);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const example of examples) writeFileSync(example.path, withAssertions(example));

const compiled = await runTool('tsc6', ['-p', 'tests/tsconfig.examples.json', '--pretty', 'false']);
if (compiled.code !== 0) console.error(compiled.output);
const failed = (
  await inParallel(
    2,
    examples.filter((example) => example.runs),
    runs,
  )
).filter((succeeded) => !succeeded).length;
console.log(`${examples.length} examples, ${failed} failed to run`);
process.exitCode = compiled.code === 0 && failed === 0 && examples.length > 0 ? 0 : 1;

/** Every file that may contain examples. */
function documents() {
  const name = /\.md$|^(?!.*\.(?:test|d)\.ts$).*\.ts$/;
  const readmes = readdirSync(root).filter((file) => file.endsWith('.md'));
  return [
    ...readmes,
    ...filesBelow('docs', name),
    ...workspacePackages().flatMap(({ folder: source }) => filesBelow(source, name)),
  ];
}

/** The examples in one file; a docstring's leading ` * ` is removed. */
function extract(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const markdown = file.endsWith('.ts') ? text.replaceAll(/^[^\S\n]*\* ?/gm, '') : text;
  return blocksOf(file, markdown)
    .filter(isExample)
    .map(({ where, code, attributes }) => {
      const name = where.replace(/[^\w.-]+/g, '_').replace(/^_+/, '');
      return { where, code, runs: !attributes.has('no-run'), path: join(folder, `${name}.ts`) };
    });
}

/**
 * Turns each statement followed by `// => value` into an assertion, and checks at the end that every
 * one of them was reached: a `catch` block that never runs would assert nothing.
 */
function withAssertions({ where, code }) {
  const source = ts.createSourceFile(where, code, ts.ScriptTarget.Latest, true);
  const edits = [];
  const visit = (node) => {
    if (ts.isExpressionStatement(node)) {
      const [, value] = /^[ \t]*\n?[ \t]*\/\/ => ([^\n]*)/.exec(code.slice(node.end)) ?? [];
      if (value !== undefined) edits.push({ node, value });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (edits.length !== code.split('// => ').length - 1) {
    throw new Error(`Cannot read the example at ${where}: a "// =>" stands behind no expression`);
  }
  let text = code;
  for (const [index, { node, value }] of [...edits.entries()].toReversed()) {
    const actual = node.expression.getText(source);
    const assertion = `__reached.add(${index}), __same(${actual}, (${value}));`;
    text = text.slice(0, node.getStart(source)) + assertion + text.slice(node.end);
  }
  return `const __reached = new Set<number>();
${text}
import { deepStrictEqual as __equal } from 'node:assert';
function __same(actual: unknown, expected: unknown): void {
  __equal(actual, expected);
}
__equal(__reached.size, ${edits.length}, 'an assertion of this example was never reached');
`;
}

async function runs(example) {
  const { code, output } = await run(
    pinnedNode(),
    ['--disable-warning=ExperimentalWarning', example.path],
    {
      timeoutMs: 60_000,
    },
  );
  if (code !== 0) console.error(`${example.where}\n${tail(output, 12)}\n`);
  return code === 0;
}
