import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { OciReference } from '@testbench/types/stores';

import type { CliIo } from './cli-io.js';
import type { RegistryFlagValues } from './registry-settings.js';
import { pinned, storeOf } from './registry-store.js';
import { TransferLine } from './render/transfer-progress.js';

/** A run on this machine, open for reading. */
export interface OpenRun extends AsyncDisposable {
  readonly folder: string;
  /** Its attachments in its registry. */
  readonly bundles: readonly Uint8Array[];
  /** Its origin, for JSON. */
  readonly origin: { readonly reference?: string };
  /** The same for people. */
  readonly lines: readonly string[];
}

/**
 * Opens a run by its folder, or a pushed run, which is pulled into a temporary folder that is removed afterwards. Every byte is compared
 * with its digest.
 *
 * @throws {StoreError} As the store does.
 */
export async function openRun(
  io: CliIo,
  flags: RegistryFlagValues & { readonly quiet: boolean; readonly json: boolean },
  text: string,
  reference: OciReference | undefined,
): Promise<OpenRun> {
  if (reference === undefined) {
    const folder = resolve(io.cwd, text);
    return { folder, bundles: [], origin: {}, lines: [], [Symbol.asyncDispose]: async () => {} };
  }
  const [{ resolveReference }, { pullFiles, readBundles }] = await Promise.all([
    import('@testbench/registry'),
    import('@testbench/registry/stores'),
  ]);
  const store = await storeOf(io, flags, reference);
  const line = new TransferLine(io.stderr);
  const { signal } = io;
  const options = {
    signal,
    ...(flags.quiet || flags.json
      ? {}
      : { onProgress: (progress: Parameters<TransferLine['update']>[0]) => line.update(progress) }),
  };
  const temporary = await mkdtemp(join(tmpdir(), 'testbench-verify-'));
  const remove = (): Promise<void> => rm(temporary, { recursive: true, force: true });
  try {
    const artifact = await resolveReference(store, reference, options);
    const folder = join(temporary, 'run');
    await pullFiles(store, artifact, folder, options);
    const bundles = await readBundles(store, artifact, signal);
    const origin = { reference: pinned(reference, artifact.digest) };
    return {
      folder,
      bundles,
      origin,
      lines: [origin.reference],
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  } finally {
    line.clear();
  }
}
