import { readSync, writeSync } from 'node:fs';

import { bodyLength, decodeFrame, encodeFrame, FRAME_HEADER_BYTES } from './frames.js';
import { GuestRunner } from './guest-runner.js';
import type { RunnerCommand } from './messages.js';
import { COMMAND_FD, REPLY_FD } from './process-fds.js';

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Fills `target` from the pipe; ends the process when the host has closed it. */
function fill(target: Uint8Array): void {
  let filled = 0;
  while (filled < target.length) {
    const count = retry(() => readSync(COMMAND_FD, target, filled, target.length - filled, null));
    if (count === 0) process.exit(0);
    filled += count;
  }
}

/** Pipes are blocking here as a rule; where they are not, sleeps a millisecond and asks again. */
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

function receive(): RunnerCommand {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  fill(header);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + bodyLength(header));
  frame.set(header);
  fill(frame.subarray(FRAME_HEADER_BYTES));
  return decodeFrame(frame) as RunnerCommand;
}

const runner = new GuestRunner({
  send(reply) {
    const frame = encodeFrame(reply);
    let sent = 0;
    while (sent < frame.length) {
      const start = sent;
      sent += retry(() => writeSync(REPLY_FD, frame, start, frame.length - start));
    }
  },
  receive,
  // The host has no other way than to end the process.
  isCancelled: () => false,
});

for (;;) await runner.handle(receive());
