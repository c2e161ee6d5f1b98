import { readFile } from 'node:fs/promises';

import { digestOf } from '@testbench/core/files';
import type { PluginStore } from '@testbench/types/stores';
import { PluginError } from '@testbench/types/errors';

import { copyChecked, damaged, hexOf, missing } from './folder-share.js';
import { MAX_RESULT_BYTES } from './limits.js';
import type { FileReference } from './message.js';
import type { Share } from './share.js';

const MEDIA_TYPE = 'application/vnd.testbench.share.v1';

/**
 * A share in a registry or another artifact store, under one name: each file is the only layer of an artifact, found by its digest.
 *
 * It has no cache of paid answers, and files go through memory: a data set should be smaller than a few hundred megabytes. Registries delete nothing, so
 * results stay there.
 *
 * @param store A store such as `openRegistry` of `@testbench/registry-oci`, which compares the bytes it reads with their digest.
 * @param name Name of the artifacts, such as `registry.example/team/share`.
 */
export function openStoreShare(store: PluginStore, name: string): Share {
  const put = async (bytes: Uint8Array): Promise<FileReference> => {
    const digest = digestOf(bytes);
    const layers = [{ mediaType: MEDIA_TYPE, bytes }];
    // Without a tag, a registry may garbage-collect it.
    await store.write({ name, tag: `share-${hexOf(digest)}`, layers });
    return { digest, bytes: bytes.length };
  };
  const read = async ({ digest, bytes: size }: FileReference): Promise<Uint8Array | undefined> => {
    hexOf(digest);
    try {
      return await store.readLayer(name, { digest, size });
    } catch (error) {
      if (PluginError.is(error) && error.code === 'STORE_NOT_FOUND') return undefined;
      if (PluginError.is(error) && error.code === 'STORE_DIGEST_MISMATCH') {
        throw damaged({ digest, bytes: size });
      }
      throw error;
    }
  };
  return {
    specificationVersion: 'v1',
    cacheDir: undefined,
    putFile: async (path) => await put(await readFile(path)),
    putBytes: put,
    async fetch(file, target) {
      const bytes = await read(file);
      if (bytes === undefined) return false;
      await copyChecked(once(bytes), file, target);
      return true;
    },
    putResult: async (_place, bytes) => await put(bytes),
    async readResult(_place, file) {
      if (file.bytes > MAX_RESULT_BYTES) throw damaged(file);
      const bytes = await read(file);
      if (bytes === undefined) throw missing(file);
      if (bytes.length !== file.bytes || digestOf(bytes) !== file.digest) throw damaged(file);
      return bytes;
    },
    removeResults: () => Promise.resolve(),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
