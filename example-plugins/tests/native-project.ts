import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { BuildError, buildPlugin, type BuildResult } from '@testbench/sdk';
import { C_FLAGS, cargoManifest, linkPackages } from '@testbench/test-kit/author-project';

// One folder for Cargo's output, so that shared dependencies are compiled once, and with less optimisation than a product needs.
const CARGO_ENVIRONMENT = {
  CARGO_TARGET_DIR: resolve(import.meta.dirname, 'target'),
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
};

/**
 * Builds a project with these files in a separate folder.
 *
 * @returns undefined, with a note, if there is no compiler for it.
 * @throws {BuildError} For any other reason.
 */
export async function buildFrom(
  files: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<BuildResult | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'testbench-native-'));
  const isRust = Object.hasOwn(files, 'src/lib.rs');
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  const all = {
    'package.json': '{}',
    ...(isRust && { 'Cargo.toml': cargoManifest(`probe_${digest.slice(0, 12)}`) }),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  linkPackages(directory);
  const before = { ...process.env };
  Object.assign(process.env, CARGO_ENVIRONMENT);
  try {
    const own = isRust ? [] : C_FLAGS;
    return await buildPlugin({ directory, optimize: 'none', flags: [...own, ...flags] });
  } catch (error) {
    if (!(error instanceof BuildError) || error.code !== 'BUILD_NO_COMPILER') throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return undefined;
  } finally {
    // Later test files use this process too.
    for (const name of Object.keys(CARGO_ENVIRONMENT)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    rmSync(directory, { recursive: true });
  }
}
