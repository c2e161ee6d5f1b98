import { stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';

import { digestOf, readModuleFile, writeOutput } from '@testbench/core/files';
import { inspectPlugin } from '@testbench/registry/inspect';
import { isNamedAs, publishPlugin } from '@testbench/registry/install';
import { attachBundle, createMemoryStore } from '@testbench/registry/stores';
import { StoreError } from '@testbench/types/errors';
import type { ArtifactIdentity } from '@testbench/types/stores';

import type { CliIo } from '../cli-io.js';
import { findArtifact, readTarget } from '../find-artifact.js';
import { modulePath } from '../script-modules.js';
import { UsageError } from '../usage-error.js';

/** A plugin to attest, and where the attestation is stored. */
export interface AttestedPlugin {
  /** Identified by the digest of the manifest under which it is, or would be, published. */
  readonly artifact: ArtifactIdentity;
  readonly bytes: Uint8Array;
  /** Digest of the module. */
  readonly module: string;
  /** Location of its golden file, if it has one. */
  readonly folder: string;
  /** Stores a bundle. @returns The location: a path, or the name of a registry. */
  readonly keep: (bundle: Uint8Array) => Promise<string>;
}

/** Flags that determine what is attested. */
export interface AttestedFlags {
  readonly name: string | undefined;
  readonly output: string | undefined;
  readonly registries: string | undefined;
}

/**
 * Finds the subject of `plugin attest`: a project, which is built; a module or script; or an artifact in a registry.
 *
 * @throws {InstallError} `INSTALL_INVALID_PLUGIN` if it cannot be published.
 */
export async function findAttested(
  io: CliIo,
  text: string,
  flags: AttestedFlags,
): Promise<AttestedPlugin> {
  const target = await readTarget(io, text);
  if (target.kind === 'digest') {
    throw new UsageError(
      '<plugin> is a digest, expected a project, a file or a reference',
      'plugin attest',
    );
  }
  if (target.kind === 'reference') return await findStored(io, text, flags);
  return await findFile(io, target.path, flags);
}

async function findStored(io: CliIo, text: string, flags: AttestedFlags): Promise<AttestedPlugin> {
  if (flags.name !== undefined || flags.output !== undefined) {
    throw new UsageError('--name and --output are only for files', 'plugin attest');
  }
  const { signal } = io;
  const { name, version, digest, artifact, store, registry } = await findArtifact(io, text, flags);
  const { moduleDigest } = artifact;
  if (moduleDigest === undefined) {
    throw new StoreError(
      'STORE_INVALID_MANIFEST',
      `Cannot attest "${name}@${version}": it is not a plugin`,
      { digest },
    );
  }
  const bytes = await store.read(artifact, { signal });
  const { metadata } = inspectPlugin(bytes);
  if (metadata === undefined || !isNamedAs(metadata.name, name) || metadata.version !== version) {
    const own = metadata === undefined ? 'nothing' : `"${metadata.name}@${metadata.version}"`;
    throw new StoreError(
      'STORE_INVALID_MANIFEST',
      `Cannot attest "${name}@${version}": the module calls itself ${own}`,
      { digest },
    );
  }
  return {
    artifact: { digest, name, version },
    bytes,
    module: moduleDigest,
    folder: io.cwd,
    keep: async (bundle) => {
      await attachBundle(store, artifact, bundle, signal);
      return registry;
    },
  };
}

async function findFile(io: CliIo, path: string, flags: AttestedFlags): Promise<AttestedPlugin> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const module = isFolder ? await build(path) : await modulePath(io, path);
  const bytes = await readModuleFile(module);
  // The same module gives the same manifest anywhere, so the attestation also holds for its published form.
  const published = await publishPlugin({
    store: createMemoryStore(),
    bytes,
    ...(flags.name !== undefined && { name: flags.name }),
    signal: io.signal,
  });
  const { digest, name, version } = published;
  const subject = isFolder ? module : path;
  const output = resolve(io.cwd, flags.output ?? `${subject}.attestation.sigstore.json`);
  return {
    artifact: { digest, name, version: version! },
    bytes,
    module: digestOf(bytes),
    folder: isFolder ? path : folderOf(io, path),
    keep: async (bundle) => {
      await writeOutput(output, bundle);
      return output;
    },
  };
}

async function build(directory: string): Promise<string> {
  const { buildPlugin } = await import('@testbench/sdk');
  return (await buildPlugin({ directory })).path;
}

/** The golden file is next to a script, and one folder above a module built into `build`. */
function folderOf(io: CliIo, path: string): string {
  const folder = dirname(path);
  if (extname(path) !== '.wasm') return folder;
  return basename(folder) === 'build' ? dirname(folder) : io.cwd;
}
