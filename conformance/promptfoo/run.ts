/**
 * Installs promptfoo from npm into a temporary folder, and runs the test in which it calls our evaluators and our provider: its scores must be ours.
 *
 * promptfoo is not a dependency of the workspace: it has 380 packages. Install scripts stay off.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = '0.123.1';
const root = join(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');

function run(command: string, args: readonly string[], cwd: string, env = process.env): number {
  const { status } = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
  return status ?? 1;
}

const folder = mkdtempSync(join(tmpdir(), 'testbench-promptfoo-'));
try {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional'];
  let code = run('npm', [...install, `promptfoo@${VERSION}`], folder);
  // Its database is an optional package of the platform, the only one that is needed.
  const database = JSON.parse(
    readFileSync(join(folder, 'node_modules/libsql/package.json'), 'utf8'),
  ) as { readonly optionalDependencies: Readonly<Record<string, string>> };
  const platform = `@libsql/${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
  const binding = database.optionalDependencies[platform];
  if (code === 0 && binding !== undefined) {
    code = run('npm', [...install, `${platform}@${binding}`], folder);
  }
  const needed = ['echo', 'exact-match', 'token-f1', 'levenshtein', 'contains'];
  const filters = [
    '@testbench/promptfoo',
    ...needed.map((name) => `@testbench/plugin-${name}`),
  ].map((name) => `--filter=${name}`);
  if (code === 0) code = run(join(bin, 'turbo'), ['run', 'build', ...filters], root);
  if (code === 0) {
    const env = { ...process.env, PROMPTFOO_DIR: folder };
    code = run(
      join(bin, 'vitest'),
      ['run', '--project', 'promptfoo', 'packages/promptfoo/src/promptfoo.test.ts'],
      root,
      env,
    );
  }
  process.exitCode = code;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
