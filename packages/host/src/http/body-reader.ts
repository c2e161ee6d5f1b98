import type { Readable } from 'node:stream';

import { HostCode } from '@testbench/types/abi';

import { MAX_READ_BYTES, MAX_RESPONSE_BYTES } from '../limits.js';
import type { SecretMask } from '../secrets/mask-secrets.js';
import { EffectFailure } from '../effects/effect-failure.js';

/** Reads a body piece by piece; nothing is read ahead of the plugin except what the streams themselves buffer. */
export class BodyReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #mask: SecretMask;
  readonly #check: () => void;
  #rest: Uint8Array = new Uint8Array(0);
  #total = 0;
  #ended = false;

  /** @param check Called before each chunk is returned; throws if that is not allowed. */
  constructor(body: Readable, mask: SecretMask, check: () => void) {
    this.#chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.#mask = mask;
    this.#check = check;
  }

  /**
   * @param maxBytes From 1.
   * @returns The next bytes, at most `maxBytes` and at most 1 MiB; empty at the end. The caller may keep them.
   * @throws {EffectFailure} Limit exceeded, for a body that is too long. Whatever the stream throws.
   */
  async read(maxBytes: number): Promise<Uint8Array> {
    while (this.#rest.length === 0 && !this.#ended) await this.#fetch();
    const length = Math.min(maxBytes, MAX_READ_BYTES, this.#rest.length);
    // A copy: a view that is passed to a thread takes its whole buffer along.
    const piece = new Uint8Array(this.#rest.subarray(0, length));
    this.#rest = this.#rest.subarray(length);
    return piece;
  }

  async #fetch(): Promise<void> {
    const next = await this.#chunks.next();
    this.#check();
    if (next.done === true) {
      this.#ended = true;
      this.#rest = this.#mask.end();
      return;
    }
    this.#total += next.value.length;
    if (this.#total > MAX_RESPONSE_BYTES) {
      throw new EffectFailure(
        HostCode.limitExceeded,
        `the body is over ${MAX_RESPONSE_BYTES} bytes`,
      );
    }
    this.#rest = this.#mask.push(next.value);
  }
}
