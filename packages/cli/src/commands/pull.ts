import { resolve } from 'node:path';

import { resolveReference } from '@testbench/registry';
import { pullFiles } from '@testbench/registry/stores';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { REGISTRY_FLAGS } from '../flags/registry.js';
import { pinned, readOciReference, storeOf } from '../registry-store.js';
import { formatBytes } from '../render/format-value.js';
import { TransferLine } from '../render/transfer-progress.js';
import { writeJson } from '../render/write-json.js';

/** `testbench pull <reference> <folder>` */
export async function pullCommand({
  io,
  flags,
  args,
}: CommandCall<typeof REGISTRY_FLAGS>): Promise<ExitCode> {
  const [text = '', folder = ''] = args;
  const reference = readOciReference(text, 'pull');
  const store = await storeOf(io, flags, reference);
  const line = new TransferLine(io.stderr);
  const options = {
    signal: io.signal,
    ...(flags.quiet || flags.json
      ? {}
      : { onProgress: (progress: Parameters<TransferLine['update']>[0]) => line.update(progress) }),
  };
  try {
    const artifact = await resolveReference(store, reference, options);
    const files = await pullFiles(store, artifact, resolve(io.cwd, folder), options);
    line.clear();
    const byDigest = pinned(reference, artifact.digest);
    if (flags.json) writeJson(io.stdout, { reference: byDigest, files, size: artifact.size });
    else {
      io.stdout.write(`${byDigest}\n`);
      io.stderr.write(`${files.length} files, ${formatBytes(artifact.size)}\n`);
    }
    return ExitCode.ok;
  } finally {
    line.clear();
  }
}
