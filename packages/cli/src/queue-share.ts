import { resolve } from 'node:path';

import type { Share } from '@testbench/bench-queue';

import type { CliIo } from './cli-io.js';
import { loadQueue } from './load-queue.js';
import type { RegistryFlagValues } from './registry-settings.js';
import { readOciReference, storeOf } from './registry-store.js';

/** The share that a flag names: a folder, or `oci://host/name`. */
export async function openShare(
  io: CliIo,
  flags: RegistryFlagValues,
  share: string,
  command: string,
): Promise<Share> {
  const { openFolderShare, openStoreShare } = await loadQueue();
  if (!share.startsWith('oci://')) return openFolderShare(resolve(io.cwd, share));
  const reference = readOciReference(share, command);
  const store = await storeOf(io, flags, reference);
  return openStoreShare(store, `${reference.host}/${reference.name}`);
}
