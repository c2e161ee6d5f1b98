/**
 * Listens to a stream's errors for as long as the stream lives, and does nothing about them.
 *
 * An `error` event that nobody listens to ends the process, and the process is the caller's. Iterators and `pipeline` listen
 * only while they are at work: not before the first read, and not to what fails after the last. Whoever reads the stream gets
 * the error all the same. Every stream that is made or taken over passes through here.
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
 * stream.destroy(new Error('nobody reads it'));
 * stream.listenerCount('error'); // => 1
 * ```
 */
export function absorbStreamErrors<
  Stream extends { on(event: 'error', listener: (error: Error) => void): unknown },
>(stream: Stream): Stream {
  stream.on('error', () => {});
  return stream;
}
