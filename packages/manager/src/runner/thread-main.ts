import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';

import { GuestRunner } from './guest-runner.js';
import type { RunnerCommand } from './messages.js';
import { CANCELLED, WAKE } from './thread-flags.js';

const { port, flags: shared } = workerData as { port: MessagePort; flags: SharedArrayBuffer };
const flags = new Int32Array(shared);

/** Sleeps until the host has posted a message: no event loop, so a reply arrives while a guest waits for it. */
function receive(): RunnerCommand {
  for (;;) {
    const seen = Atomics.load(flags, WAKE);
    const received = receiveMessageOnPort(port);
    if (received !== undefined) return received.message as RunnerCommand;
    Atomics.wait(flags, WAKE, seen);
  }
}

const runner = new GuestRunner({
  send: (reply) => port.postMessage(reply),
  receive,
  isCancelled: () => Atomics.load(flags, CANCELLED) !== 0,
});

for (;;) await runner.handle(receive());
