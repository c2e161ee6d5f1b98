import { StoreError } from '@testbench/types/errors';
import type { ArtifactLayer, StoreOptions } from '@testbench/types/stores';

import { type Answer, dropBody, headerOf, joinParts, refusalOf } from './answers.js';
import type { RegistryClient } from './registry-client.js';
import { attemptTimeoutOf } from './transfer.js';

/** The answer ended before the blob did: the rest is requested again. */
class BrokenOff extends Error {}

/** Fetches a blob; resumes interrupted answers. @returns undefined if the registry has none. */
export async function fetchBlob(
  client: RegistryClient,
  host: string,
  name: string,
  { digest, size }: Pick<ArtifactLayer, 'digest' | 'size'>,
  options: StoreOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const what = `fetch ${digest} of "${host}/${name}"`;
  const bad = (state: string): StoreError =>
    new StoreError('STORE_BAD_ANSWER', `Cannot ${what}: ${state}`, { digest });
  // Not allocated all at once: a manifest may state any size.
  let parts: Uint8Array[] = [];
  let received = 0;

  const read = async (answer: Answer): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    if (answer.status === 404) {
      dropBody(answer);
      return undefined;
    }
    if (answer.status === 206) {
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headerOf(answer, 'content-range') ?? '');
      if (Number(range?.[1]) !== received) {
        dropBody(answer);
        throw bad('the registry goes on at another place than it was asked to');
      }
    } else if (answer.status === 200) {
      // From the beginning, regardless of the requested range.
      parts = [];
      received = 0;
    } else {
      throw await refusalOf(answer, what);
    }
    const length = headerOf(answer, 'content-length');
    if (length !== undefined && Number(length) !== size - received) {
      dropBody(answer);
      throw bad(`the registry announces ${Number(length)} bytes, expected ${size - received}`);
    }
    try {
      for await (const part of answer.body as AsyncIterable<Uint8Array>) {
        if (received + part.length > size) throw bad(`the registry sends more than ${size} bytes`);
        parts.push(part);
        received += part.length;
        options.onProgress?.({
          direction: 'fetch',
          name: `${host}/${name}`,
          digest,
          transferredBytes: received,
          totalBytes: size,
        });
      }
    } finally {
      dropBody(answer);
    }
    if (received < size) throw new BrokenOff('its answer ended early');
    return joinParts(parts, received);
  };

  return await client.exchange(
    {
      host,
      name,
      method: 'GET',
      target: `/v2/${name}/blobs/${digest}`,
      actions: 'pull',
      headers: (): Record<string, string> =>
        received === 0 ? {} : { range: `bytes=${received}-${size - 1}` },
      timeoutMs: attemptTimeoutOf(size),
      transfer: client.beginTransfer(size, () => received),
      what,
    },
    options,
    read,
  );
}
