import { resolve } from 'node:path';

import { readModuleFile } from '@testbench/core/module-file';
import { publishPlugin } from '@testbench/registry/install';
import { inspectPlugin } from '@testbench/registry/inspect';
import { attachBundle, createMemoryStore } from '@testbench/registry/stores';
import { signRelease, TrustError } from '@testbench/trust';

import { describeUnfit } from '../attest/check-bundle.js';
import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { PLUGIN_PUBLISH_FLAGS } from '../flags/plugin-project.js';
import { openRegistries } from '../plugin-project.js';
import { escapeText } from '../render/escape-text.js';
import { TransferBar } from '../render/transfer-bar.js';
import { writeJson } from '../render/write-json.js';
import { openSigningKey } from '../signing-key.js';
import { readNamed } from '../trust-files.js';

/** `testbench plugin publish <plugin.wasm>` */
export async function pluginPublishCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_PUBLISH_FLAGS>): Promise<ExitCode> {
  const bytes = await readModuleFile(resolve(io.cwd, args[0]!));
  const own = inspectPlugin(bytes).metadata?.name.toLowerCase().replace(/^@/, '');
  const name = flags.name ?? own ?? '';
  const { to } = flags;
  const registries = await openRegistries(io, flags, [
    { name, ...(to !== undefined && { registry: to }) },
  ]);
  const { id, store } = registries.find(name, to);
  // Before anything is sent: nothing is published without its key.
  const signer = await openSigningKey(io, flags);
  const attestations = await readAttestations(io, flags.attestation ?? [], { bytes, name });
  const bar = new TransferBar(io.stderr, flags.json);
  const onEvent = (event: Parameters<TransferBar['show']>[0]): void => bar.show(event);
  try {
    const { version, digest } = await publishPlugin({
      store,
      bytes,
      name,
      ...(signer !== undefined && { sign: (artifact) => signRelease(artifact, signer.key) }),
      signal: io.signal,
      onEvent,
    });
    for (const { bundle } of attestations) {
      await attachBundle(store, { name, digest }, bundle, io.signal);
    }
    if (flags.json) {
      const key = signer?.key.id ?? null;
      writeJson(io.stdout, { name, version, digest, registry: id, key });
      return ExitCode.ok;
    }
    io.stdout.write(`${escapeText(`${name}@${version}`)} ${digest}\n`);
    const who = signer === undefined ? 'nobody' : `${signer.name} (${signer.key.id})`;
    io.stdout.write(`signed by ${escapeText(who)}\n`);
    for (const { file } of attestations) io.stdout.write(`attached ${escapeText(file)}\n`);
    return ExitCode.ok;
  } finally {
    bar.clear();
  }
}

/** Reads bundles to attach: each must be about the published artifact, under its published name. */
async function readAttestations(
  io: CliIo,
  files: readonly string[],
  { bytes, name }: { readonly bytes: Uint8Array; readonly name: string },
): Promise<readonly { readonly file: string; readonly bundle: Uint8Array }[]> {
  if (files.length === 0) return [];
  // The same module gives the same digest anywhere.
  const { digest, version } = await publishPlugin({ store: createMemoryStore(), bytes, name });
  const artifact = { digest, name, version: version! };
  return await Promise.all(
    files.map(async (file) => {
      const bundle = await readNamed(io, file, 'bundle');
      const unfit = describeUnfit(bundle, artifact);
      if (unfit === undefined) return { file, bundle };
      throw new TrustError(
        'TRUST_UNREADABLE',
        `Cannot attach ${JSON.stringify(file)} to "${name}@${version}": ${unfit}`,
      );
    }),
  );
}
