// Packs every public package as it would be published and checks the archive: publint reads package.json, attw resolves
// the types the way TypeScript does, and the files are compared with what a reader needs.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { packPackages } from '../lib/pack.mjs';
import { run, runTool, tail } from '../lib/run.mjs';
import { readJson, root } from '../lib/workspace.mjs';

const folder = mkdtempSync(join(tmpdir(), 'testbench-pack-'));
const rootManifest = readJson(join(root, 'package.json'));
let failures = 0;

try {
  for (const { folder: source, manifest, archive } of await packPackages(folder)) {
    for (const problem of manifestProblems(source, manifest)) fail(source, problem);
    await must(source, 'publint', ['run', archive, '--strict']);
    // AssemblyScript sources are not JavaScript: there are no types to resolve.
    if (source.startsWith('packages/')) {
      // Everything is an ES module, which require() loads on Node 20.19 and later.
      const rules = ['--ignore-rules', 'cjs-resolves-to-esm'];
      // Styles have no types.
      const styles = Object.keys(manifest.exports).filter((path) => path.endsWith('.css'));
      const excluded = styles.length === 0 ? [] : ['--exclude-entrypoints', ...styles];
      const asked = [archive, '--profile', 'node16', ...rules, '--format', 'ascii', ...excluded];
      await must(source, 'attw', asked);
    }
    for (const problem of await contentProblems(archive)) fail(source, problem);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failures === 0 ? 0 : 1;

/** The fields that a registry displays, and those by which the package is found. */
function* manifestProblems(source, manifest) {
  for (const field of ['description', 'license']) {
    if (!manifest[field]) yield `package.json: "${field}" is missing`;
  }
  if (!(manifest.keywords?.length >= 3)) yield 'package.json: "keywords" needs three or more';
  if (manifest.repository?.directory !== source) {
    yield `package.json: "repository.directory" should be "${source}"`;
  }
  // Where the repository has a public address, it is in the root's package.json; each package must then contain it too.
  for (const [field, own, wanted] of [
    ['repository.url', manifest.repository?.url, rootManifest.repository?.url],
    ['homepage', manifest.homepage, rootManifest.homepage],
  ]) {
    if (own !== wanted) yield `package.json: "${field}" should be ${wanted ?? 'left out'}`;
  }
  // A folder of files that are read, not imported, has no declarations.
  const entries = Object.values(manifest.publishConfig?.exports ?? {}).filter(
    (entry) => typeof entry !== 'string',
  );
  for (const entry of entries) {
    if (Object.keys(entry).join() !== 'types,default') {
      yield 'package.json: an export needs "types" and "default", so that import and require() both find it';
    }
  }
}

async function contentProblems(archive) {
  const problems = [];
  const target = join(dirname(archive), 'content');
  mkdirSync(target);
  await run('tar', ['xzf', archive, '-C', target, '--strip-components=1']);
  const files = readdirSync(target, { recursive: true, encoding: 'utf8' });
  for (const name of ['LICENSE', 'README.md', 'package.json']) {
    if (!files.includes(name)) problems.push(`${name} is not in the archive`);
  }
  for (const file of files) {
    // A new project has its own test, in templates.
    if (/\.tsbuildinfo$|^(?:src|dist)\b.*(?:\.test\.|__fixtures__)/.test(file)) {
      problems.push(`${file} has no business in the archive`);
    }
    if (!/\.(d\.ts|js)\.map$/.test(file)) continue;
    // The source of code bundled from another package must be included.
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(target, file), 'utf8'));
    const lost = sources.find(
      (path, at) =>
        typeof sourcesContent?.[at] !== 'string' &&
        !existsSync(resolve(target, dirname(file), path)),
    );
    if (lost !== undefined) problems.push(`${file} maps to ${lost}, which is not in the archive`);
  }
  return problems;
}

async function must(source, tool, args) {
  const { code, output } = await runTool(tool, args, { env: { NO_COLOR: '1' } });
  if (code !== 0) fail(source, `${tool} says\n${tail(output, 40)}\n`);
}

function fail(source, problem) {
  failures += 1;
  console.error(`${source}: ${problem}`);
}
