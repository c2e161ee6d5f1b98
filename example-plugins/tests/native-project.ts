import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { BuildError, buildPlugin, type BuildResult } from '@testbench/sdk';

/** What `npm install` would bring. */
const PACKAGES = {
  '@testbench/sdk': '../../packages/sdk',
  '@yowasp/clang': '../levenshtein-c/node_modules/@yowasp/clang',
};

const CARGO = `[package]
name = "probe"
version = "1.0.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
[dependencies]
testbench = { path = "${resolve(import.meta.dirname, '../../packages/sdk/native/rust')}" }
[profile.release]
panic = "abort"
`;

// One folder for what Cargo makes, so that what the projects share is compiled once, and with less optimisation than a product has.
const CARGO_ENVIRONMENT = {
  CARGO_TARGET_DIR: resolve(import.meta.dirname, 'target'),
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
};

/**
 * Builds a project of these files in a folder of its own.
 *
 * @returns undefined, with a note, where there is no compiler for it.
 * @throws {BuildError} For any other reason.
 */
export async function buildFrom(
  files: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<BuildResult | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'testbench-native-'));
  const isRust = Object.hasOwn(files, 'src/lib.rs');
  const all = { 'package.json': '{}', ...(isRust && { 'Cargo.toml': CARGO }), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  for (const [name, path] of Object.entries(PACKAGES)) {
    const link = join(directory, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve(import.meta.dirname, path), link);
  }
  const before = { ...process.env };
  Object.assign(process.env, CARGO_ENVIRONMENT);
  try {
    return await buildPlugin({ directory, optimize: 'none', flags });
  } catch (error) {
    if (!(error instanceof BuildError) || error.code !== 'BUILD_NO_COMPILER') throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return undefined;
  } finally {
    // Other files of tests use this process after this one.
    for (const name of Object.keys(CARGO_ENVIRONMENT)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    rmSync(directory, { recursive: true });
  }
}
