import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Where the packages are that authors' projects depend on. */
const PACKAGES = {
  '@testbench/sdk': 'packages/sdk',
  '@testbench/plugins-sdk': 'plugins-sdk',
  '@testbench/script': 'packages/script',
  '@yowasp/clang': 'example-plugins/levenshtein-c/node_modules/@yowasp/clang',
};

/** In CI, plugins in tests are optimized like those of authors; it takes longer than everything else in these tests. */
export const OPTIMIZE = process.env['CI'] === undefined ? 'none' : 'speed';

/** Flags for plugins in C: clang is a WebAssembly program here, which spends four fifths of its time on optimization. */
export const C_FLAGS: readonly string[] = OPTIMIZE === 'none' ? ['-O0'] : [];

/** Installs into a project what `npm install` would bring; a compiler that is missing on this machine is left out. */
export function linkPackages(directory: string): void {
  for (const [name, path] of Object.entries(PACKAGES)) {
    const target = join(root, path);
    const link = join(directory, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    if (existsSync(target)) symlinkSync(target, link);
  }
}

/**
 * `Cargo.toml` of a plugin in Rust.
 *
 * @param name Of the crate, and therefore of the module: two builds of one name at once in a shared target folder get each other's module.
 */
export const cargoManifest = (name: string): string => `[package]
name = "${name}"
version = "1.0.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
[dependencies]
testbench = { path = "${join(root, 'packages/sdk/native/rust')}" }
[profile.release]
panic = "abort"
`;
