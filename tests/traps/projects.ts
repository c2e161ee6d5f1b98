import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { buildScript } from '@testbench/script';
import { BuildError, buildPlugin } from '@testbench/sdk';
import { cargoManifest, linkPackages, OPTIMIZE } from '@testbench/test-kit/author-project';

/** A plugin that fails in the way named by its input, at a line that has the same word in a comment. */
export interface FailingPlugin {
  readonly path: string;
  readonly file: string;
  /** The line with `at: <word>`. */
  lineOf(word: string): number;
}

const root = mkdtempSync(join(tmpdir(), 'testbench-traps-'));
const sources = join(import.meta.dirname, 'sources');

/** Removes everything that was built. */
export function removeProjects(): void {
  rmSync(root, { recursive: true });
}

/**
 * Builds a plugin as an author does, and leaves the module and its source map in a folder.
 *
 * @param name Of the file among the sources.
 * @param file Its path in the project.
 * @returns undefined, with a note, if there is no compiler.
 */
export async function buildFailing(name: string, file: string): Promise<FailingPlugin | undefined> {
  const text = readFileSync(join(sources, name), 'utf8');
  const directory = join(root, name.replace('.', '-'));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  write('package.json', '{ "name": "probe", "version": "1.0.0" }');
  if (file.endsWith('.rs')) write('Cargo.toml', cargoManifest('probe'));
  write(file, text);
  linkPackages(directory);
  const lineOf = (word: string): number => {
    const index = text.split('\n').findIndex((line) => line.endsWith(`at: ${word}`));
    if (index === -1) throw new Error(`no line for ${word} in ${name}`);
    return index + 1;
  };
  try {
    const path = await build(directory, file);
    return { path, file, lineOf };
  } catch (error) {
    if (!(error instanceof BuildError) || error.code !== 'BUILD_NO_COMPILER') throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return undefined;
  }
}

async function build(directory: string, file: string): Promise<string> {
  if (!file.includes('/')) {
    const { bytes } = await buildScript({ path: join(directory, file) });
    const path = join(directory, 'probe.wasm');
    writeFileSync(path, bytes);
    return path;
  }
  // One folder for Cargo's builds of the library, as in the other tests.
  const before = process.env['CARGO_TARGET_DIR'];
  process.env['CARGO_TARGET_DIR'] = resolve(
    import.meta.dirname,
    '../../example-plugins/tests/target',
  );
  try {
    // Rust is always optimized: otherwise its lines are lines of the library.
    const optimize = file.endsWith('.rs') ? 'speed' : OPTIMIZE;
    return (await buildPlugin({ directory, optimize })).path;
  } finally {
    if (before === undefined) delete process.env['CARGO_TARGET_DIR'];
    else process.env['CARGO_TARGET_DIR'] = before;
  }
}
