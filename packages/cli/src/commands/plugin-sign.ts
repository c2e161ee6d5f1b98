import { resolve } from 'node:path';

import { digestOf, writeOutput } from '@testbench/core/files';
import { inspectPlugin } from '@testbench/registry/inspect';
import { isNamedAs } from '@testbench/registry/install';
import { attachBundle } from '@testbench/registry/stores';
import { signRelease } from '@testbench/trust';
import { PluginError, StoreError } from '@testbench/types/errors';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { findArtifact, type FoundArtifact, readTarget } from '../find-artifact.js';
import type { PLUGIN_SIGN_FLAGS } from '../flags/plugin-sign.js';
import { escapeText } from '../render/escape-text.js';
import { writeJson } from '../render/write-json.js';
import { requireSigningKey } from '../signing-key.js';
import { readNamed } from '../trust-files.js';
import { UsageError } from '../usage-error.js';

type SignFlags = CommandCall<typeof PLUGIN_SIGN_FLAGS>['flags'];

/** `testbench plugin sign <file|digest|reference>` */
export async function pluginSignCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_SIGN_FLAGS>): Promise<ExitCode> {
  const what = args[0]!;
  const target = await readTarget(io, what);
  if (target.kind === 'reference') return await signStored(io, flags, what);
  const { name, version } = flags;
  if (name === undefined || version === undefined) {
    throw new UsageError('--name and --version are needed with a file or a digest', 'plugin sign');
  }
  if (target.kind === 'digest' && flags.output === undefined) {
    throw new UsageError('--output is needed with a digest', 'plugin sign');
  }
  const digest =
    target.kind === 'digest' ? target.digest : digestOf(await readNamed(io, what, 'artifact'));
  const { name: label, key } = await requireSigningKey(io, flags, 'plugin sign');
  const path = resolve(io.cwd, flags.output ?? `${what}.sigstore.json`);
  await writeOutput(path, signRelease({ digest, name, version }, key));
  if (flags.json) writeJson(io.stdout, { digest, name, version, key: key.id, bundle: path });
  else {
    io.stdout.write(`${escapeText(`${name}@${version}`)} ${digest}\n`);
    io.stdout.write(`signed by ${escapeText(label)} (${key.id}), in ${escapeText(path)}\n`);
  }
  return ExitCode.ok;
}

/** Signs an artifact in a store and attaches the signature to it. */
async function signStored(io: CliIo, flags: SignFlags, text: string): Promise<ExitCode> {
  if (flags.name !== undefined) {
    throw new UsageError('--name is only for files and digests', 'plugin sign');
  }
  const found = await findArtifact(io, text, flags);
  await checkSignable(found, io.signal);
  const { name: label, key } = await requireSigningKey(io, flags, 'plugin sign');
  const { name, version, digest, registry, artifact, store } = found;
  const bundle = signRelease({ digest, name, version }, key);
  if (flags.output !== undefined) await writeOutput(resolve(io.cwd, flags.output), bundle);
  const attached = await attachBundle(store, artifact, bundle, io.signal);
  if (flags.json) {
    const signature = attached.digest;
    writeJson(io.stdout, { digest, name, version, key: key.id, registry, signature });
    return ExitCode.ok;
  }
  io.stdout.write(`${escapeText(`${name}@${version}`)} ${digest}\n`);
  io.stdout.write(
    `signed by ${escapeText(label)} (${key.id}), attached in ${escapeText(registry)}\n`,
  );
  return ExitCode.ok;
}

/** Every byte is fetched and compared with its digest, and a plugin's own name must be the signed one; otherwise it could not be installed. */
async function checkSignable(
  { name, version, artifact, store }: FoundArtifact,
  signal: AbortSignal,
): Promise<void> {
  if (artifact.moduleDigest === undefined) {
    for (const layer of artifact.layers) await store.readLayer(artifact.name, layer, { signal });
    return;
  }
  const state = describeOther(await store.read(artifact, { signal }), name, version);
  if (state === undefined) return;
  throw new StoreError(
    'STORE_INVALID_MANIFEST',
    `Cannot sign ${artifact.digest} as "${name}@${version}": ${state}`,
    { digest: artifact.digest },
  );
}

function describeOther(bytes: Uint8Array, name: string, version: string): string | undefined {
  try {
    const { metadata } = inspectPlugin(bytes);
    if (metadata === undefined) return 'the module has no metadata section';
    if (isNamedAs(metadata.name, name) && metadata.version === version) return undefined;
    return `the module calls itself "${metadata.name}@${metadata.version}"`;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return error.message;
  }
}
