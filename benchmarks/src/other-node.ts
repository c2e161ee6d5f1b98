import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a script of these benchmarks again on another Node from the registry, and returns its exit code.
 *
 * Node 20 does not run TypeScript, so a copy without types, and with matching paths, is made in `dist/`.
 *
 * The namespace import matters: Node 20 loads this file too, and has no `stripTypeScriptTypes`.
 *
 * @throws {RangeError} If that version is not installed.
 */
export function runOnNode(name: string, version: string, options: readonly string[]): number {
  const node = join(root, `node_modules/n${version}/bin/node`);
  if (!existsSync(node)) throw new RangeError(`Cannot run on Node ${version}: not installed`);
  const target = join(root, 'dist');
  mkdirSync(target, { recursive: true });
  for (const file of readdirSync(join(root, 'src'))) {
    const source = nodeModule.stripTypeScriptTypes(readFileSync(join(root, 'src', file), 'utf8'));
    const script = source.replaceAll(/(['"])(\.\/[^'"]*)\.ts\1/g, '$1$2.js$1');
    writeFileSync(join(target, file.replace(/\.ts$/, '.js')), script);
  }
  const { status } = spawnSync(node, [join(target, `${name}.js`), ...options], {
    stdio: 'inherit',
  });
  return status ?? 1;
}

/** The same options without `--node`. */
export function withoutNode(options: readonly string[]): string[] {
  const at = options.findIndex((option) => option.startsWith('--node'));
  return options.toSpliced(at, options[at] === '--node' ? 2 : 1);
}
