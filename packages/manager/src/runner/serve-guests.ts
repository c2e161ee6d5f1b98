import { MAX_GUEST_FRAMES } from '@testbench/types/errors';

import { GuestRunner } from './guest-runner.js';
import type { HostLink, RunnerCommand } from './messages.js';

/** Number of frames that a host function has on the stack when it fails, or the meter when fuel runs out. */
const HOST_FRAMES = 8;

/**
 * Runs guests for a host, until this thread or process is ended: the runner's side of an isolation.
 *
 * It blocks the thread while a guest runs, while it waits for the host, and between calls.
 *
 * @param link Receives and sends messages. Messages from the host are trusted.
 *
 * @example
 * ```ts no-run
 * import { receiveMessageOnPort, workerData } from 'node:worker_threads';
 * import { serveGuests } from '@testbench/manager/runner';
 *
 * const { port, wake } = workerData; // a MessagePort, and an Int32Array that is counted up and notified for each message
 * await serveGuests({
 *   send: (message) => port.postMessage(message),
 *   receive() {
 *     for (;;) {
 *       const seen = Atomics.load(wake, 0);
 *       const received = receiveMessageOnPort(port);
 *       if (received) return received.message;
 *       Atomics.wait(wake, 0, seen);
 *     }
 *   },
 *   isCancelled: () => false,
 * });
 * ```
 */
export async function serveGuests(link: HostLink): Promise<never> {
  // A guest's frames and those of the host functions that it called; nothing else runs here.
  Error.stackTraceLimit = MAX_GUEST_FRAMES + HOST_FRAMES;
  const runner = new GuestRunner(link);
  for (;;) await runner.handle(link.receive() as RunnerCommand);
}
