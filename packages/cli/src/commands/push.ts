import { resolve } from 'node:path';

import { pushFiles } from '@testbench/registry/stores';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { REGISTRY_FLAGS } from '../flags/registry.js';
import { pinned, readOciReference, storeOf } from '../registry-store.js';
import { formatBytes } from '../render/format-value.js';
import { TransferLine } from '../render/transfer-progress.js';
import { writeJson } from '../render/write-json.js';
import { UsageError } from '../usage-error.js';

/** `testbench push <path> <reference>` */
export async function pushCommand({
  io,
  flags,
  args,
}: CommandCall<typeof REGISTRY_FLAGS>): Promise<ExitCode> {
  const [path = '', text = ''] = args;
  const reference = readOciReference(text, 'push');
  const { host, name, tag, range, digest } = reference;
  if (range !== undefined || digest !== undefined) {
    throw new UsageError('<reference> has a range or digest, expected a tag or nothing', 'push');
  }
  const store = await storeOf(io, flags, reference);
  const line = new TransferLine(io.stderr);
  const target = { name: `${host}/${name}`, ...(tag === undefined ? {} : { tag }) };
  try {
    const pushed = await pushFiles(store, resolve(io.cwd, path), target, {
      signal: io.signal,
      ...(flags.quiet || flags.json ? {} : { onProgress: (progress) => line.update(progress) }),
    });
    line.clear();
    const byDigest = pinned(reference, pushed.digest);
    const { layers, size } = pushed;
    if (flags.json) writeJson(io.stdout, { reference: byDigest, files: layers.length, size });
    else {
      io.stdout.write(`${byDigest}\n`);
      io.stderr.write(`${layers.length} files, ${formatBytes(size)}\n`);
    }
    return ExitCode.ok;
  } finally {
    line.clear();
  }
}
