// oxlint-disable-next-line no-restricted-imports -- its streams pass through absorbStreamErrors()
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { absorbStreamErrors } from '@testbench/types';
import { HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';

/** The codings that the host requests; zstd is not among them, since Node 20 cannot decode it. */
export const ACCEPT_ENCODING = 'gzip, br';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  // According to the standard, in the zlib format.
  deflate: createInflate,
};

/**
 * Decodes one content coding, chunk by chunk and no faster than it is read.
 *
 * @param coding The value of `Content-Encoding`.
 * @throws {EffectFailure} Input/output for a coding that was not requested, or for more than one.
 */
export function decodeBody(body: Readable, coding: string | undefined): Readable {
  const name = (coding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return body;
  const create = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (create === undefined) {
    throw new EffectFailure(
      HostCode.inputOutput,
      'the answer has a content encoding nobody asked for',
    );
  }
  // `pipeline` listens until the decoder has taken the last byte; a truncated body fails at the last flush, after that.
  const decoder = absorbStreamErrors(create());
  // Errors of either stream end up in the decoder, where the reader finds them.
  return pipeline(absorbStreamErrors(body), decoder, () => {});
}
