import { readSync, writeSync } from 'node:fs';

import { bodyLength, decodeFrame, encodeFrame, FRAME_HEADER_BYTES } from './frames.js';
import { serveGuests } from './serve-guests.js';

const nobody = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs guests for a host that sends frames over a pipe, such as the standard input of a container, until the pipe is closed; then the
 * process ends.
 *
 * @param commandFd File descriptor for frames from the host, such as 0.
 * @param replyFd File descriptor for frames to the host, such as 1; nothing else may be written to it.
 *
 * @example
 * ```ts no-run
 * import { serveGuestsOnPipes } from '@testbench/manager/runner';
 *
 * await serveGuestsOnPipes(0, 1);
 * ```
 */
export async function serveGuestsOnPipes(commandFd: number, replyFd: number): Promise<never> {
  /** Fills `target` from the pipe; ends the process when the host has closed it. */
  const fill = (target: Uint8Array): void => {
    let filled = 0;
    while (filled < target.length) {
      const count = retry(() => readSync(commandFd, target, filled, target.length - filled, null));
      if (count === 0) process.exit(0);
      filled += count;
    }
  };
  return await serveGuests({
    send(message) {
      const frame = encodeFrame(message);
      let sent = 0;
      while (sent < frame.length) {
        const start = sent;
        sent += retry(() => writeSync(replyFd, frame, start, frame.length - start));
      }
    },
    receive() {
      const header = new Uint8Array(FRAME_HEADER_BYTES);
      fill(header);
      const frame = new Uint8Array(FRAME_HEADER_BYTES + bodyLength(header));
      frame.set(header);
      fill(frame.subarray(FRAME_HEADER_BYTES));
      return decodeFrame(frame);
    },
    // The host can only end the process.
    isCancelled: () => false,
  });
}

/** Pipes are usually blocking here; if not, sleeps for a millisecond and tries again. */
function retry(run: () => number): number {
  for (;;) {
    try {
      return run();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(nobody, 0, 0, 1);
    }
  }
}
