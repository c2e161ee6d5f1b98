// oxlint-disable-next-line no-restricted-imports -- its streams pass through absorbStreamErrors()
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { absorbStreamErrors } from '@testbench/types';
import { HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';

/** What the host asks for; zstd is not among it, since Node 20 cannot undo it. */
export const ACCEPT_ENCODING = 'gzip, br';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  // As the standard says, with the frame of zlib.
  deflate: createInflate,
};

/**
 * Undoes one content coding, chunk by chunk and no faster than it is read.
 *
 * @param coding The value of `Content-Encoding`.
 * @throws {EffectFailure} Input/output for a coding that was not asked for, or more than one.
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
  // `pipeline` listens until the decoder has taken the last byte; one that was cut short fails at its last flush, after that.
  const decoder = absorbStreamErrors(create());
  // Errors of either end in the decoder, where the reader finds them.
  return pipeline(absorbStreamErrors(body), decoder, () => {});
}
