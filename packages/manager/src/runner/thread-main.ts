import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';

import { serveGuests } from './serve-guests.js';
import { CANCELLED, WAKE } from './thread-flags.js';

const { port, flags: shared } = workerData as { port: MessagePort; flags: SharedArrayBuffer };
const flags = new Int32Array(shared);

/** Sleeps until the host has posted a message: no event loop, so a reply arrives while a guest waits for it. */
function receive(): unknown {
  for (;;) {
    const seen = Atomics.load(flags, WAKE);
    const received = receiveMessageOnPort(port);
    if (received !== undefined) return received.message;
    Atomics.wait(flags, WAKE, seen);
  }
}

await serveGuests({
  send: (message) => port.postMessage(message),
  receive,
  isCancelled: () => Atomics.load(flags, CANCELLED) !== 0,
});
