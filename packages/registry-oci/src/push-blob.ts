import { StoreError } from '@testbench/types/errors';
import type { StoreOptions } from '@testbench/types/stores';

import { type Answer, dropBody, headerOf, refusalOf } from './answers.js';
import { CHUNK_BYTES } from './limits.js';
import type { RegistryClient } from './registry-client.js';
import { attemptTimeoutOf } from './transfer.js';

/** Sends a blob, unless the registry has it: a short one in one request, a long one in chunks. */
export async function pushBlob(
  client: RegistryClient,
  host: string,
  name: string,
  digest: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: StoreOptions,
): Promise<void> {
  const what = `push ${digest} to "${host}/${name}"`;
  let sent = 0;
  const transfer = client.beginTransfer(bytes.length, () => sent);
  const common = { host, name, actions: 'pull,push', what, transfer } as const;
  const progress = (transferredBytes: number): void => {
    sent = transferredBytes;
    options.onProgress?.({
      direction: 'push',
      name: `${host}/${name}`,
      digest,
      transferredBytes,
      totalBytes: bytes.length,
    });
  };
  const isThere = await client.exchange(
    { ...common, method: 'HEAD', target: `/v2/${name}/blobs/${digest}` },
    options,
    async (answer) => {
      dropBody(answer);
      return answer.status === 200;
    },
  );
  if (isThere) {
    progress(bytes.length);
    return;
  }
  // Where to continue the upload, according to each answer.
  const next = async (answer: Answer, accepted: number): Promise<string> => {
    if (answer.status !== accepted) throw await refusalOf(answer, what);
    dropBody(answer);
    const location = headerOf(answer, 'location');
    const url = location === undefined ? null : URL.parse(location, client.baseOf(host));
    if (url !== null) return url.href;
    throw new StoreError('STORE_BAD_ANSWER', `Cannot ${what}: the registry does not say where to`);
  };
  let target = await client.exchange(
    {
      ...common,
      method: 'POST',
      target: `/v2/${name}/blobs/uploads/`,
      headers: () => ({ 'content-length': '0' }),
    },
    options,
    (answer) => next(answer, 202),
  );
  const chunked = bytes.length > CHUNK_BYTES;
  const chunksEnd = chunked ? bytes.length : 0;
  for (let from = 0; from < chunksEnd; from += CHUNK_BYTES) {
    const chunk = bytes.subarray(from, from + CHUNK_BYTES);
    target = await client.exchange(
      {
        ...common,
        method: 'PATCH',
        target,
        headers: () => ({
          'content-type': 'application/octet-stream',
          'content-range': `${from}-${from + chunk.length - 1}`,
        }),
        body: chunk,
        timeoutMs: attemptTimeoutOf(chunk.length),
        // It is unknown how much of it has arrived.
        isRepeatable: false,
      },
      options,
      (answer) => next(answer, 202),
    );
    progress(from + chunk.length);
  }
  const url = new URL(target);
  url.searchParams.set('digest', digest);
  const body = chunked ? new Uint8Array() : bytes;
  await client.exchange(
    {
      ...common,
      method: 'PUT',
      target: url.href,
      headers: () => ({
        'content-type': 'application/octet-stream',
        ...(body.length === 0 ? { 'content-length': '0' } : {}),
      }),
      ...(body.length === 0 ? {} : { body }),
      timeoutMs: attemptTimeoutOf(body.length),
      isRepeatable: false,
    },
    options,
    async (answer) => {
      if (answer.status !== 201) throw await refusalOf(answer, what);
      dropBody(answer);
    },
  );
  progress(bytes.length);
}
