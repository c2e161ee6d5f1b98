/**
 * An engine is built from a few files here, packages from npm and the WebAssembly package, and takes longer to build than anything else; other
 * parts of the package change often. So the digest of its sources is written next to it, and it is rebuilt only when that differs.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const wasm = fileURLToPath(new URL('.', import.meta.resolve('@testbench/wasm')));

await buildOnce(
  'engine',
  ['assembly', 'guest', 'src/javascript/vlq.ts'],
  ['engine.wasm', 'guest.js'],
  () => import('./build-engine.mjs'),
);
await buildOnce(
  'python',
  ['python'],
  ['python.json', 'python.wasm.br'],
  () => import('./build-python.mjs'),
);

/**
 * Runs `build` unless all of `outputs` are in `build/` and were made from the same sources.
 *
 * @param sources Files and folders of this package.
 */
async function buildOnce(name, sources, outputs, build) {
  const stamp = join(root, 'build', `${name}.made-from`);
  const digest = digestOf([
    join(root, 'package.json'),
    join(root, 'scripts'),
    ...sources.map((path) => join(root, path)),
    wasm,
  ]);
  const built = [stamp, ...outputs.map((output) => join(root, 'build', output))].every((path) =>
    existsSync(path),
  );
  if (built && readFileSync(stamp, 'utf8') === digest) return;
  await build();
  writeFileSync(stamp, digest);
}

function digestOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).toSorted()) add(join(path, name));
    } else if (!/\.(?:d\.ts|map|tsbuildinfo)$/.test(path)) {
      hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}
