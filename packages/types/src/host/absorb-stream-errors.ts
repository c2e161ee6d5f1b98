/**
 * Listens to a stream's errors for as long as the stream lives, and ignores them.
 *
 * An `error` event without a listener ends the process, which belongs to the caller. Iterators and `pipeline` listen
 * only while they run: not before the first read, and not after the last. The reader of the stream gets
 * the error anyway. Every stream that is made or taken over passes through here.
 *
 * @returns The stream.
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 *
 * import { absorbStreamErrors } from '@testbench/types';
 *
 * const stream = absorbStreamErrors(Readable.from(['a']));
 * stream.destroy(new Error('it has no reader'));
 * stream.listenerCount('error'); // => 1
 * ```
 */
export function absorbStreamErrors<
  Stream extends { on(event: 'error', listener: (error: Error) => void): unknown },
>(stream: Stream): Stream {
  stream.on('error', () => {});
  return stream;
}
