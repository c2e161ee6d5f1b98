// Stands in for a worker thread that a guest has taken over: answers the manager's commands with a forgery.
import { type MessagePort, workerData } from 'node:worker_threads';

import { FORGERIES } from './forgeries.ts';

const { port, forgery } = workerData as { readonly port: MessagePort; readonly forgery: string };

port.on('message', ({ type }: { readonly type: string }) => {
  for (const message of FORGERIES[forgery]?.answer(type) ?? []) {
    // A thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    port.postMessage(message);
  }
});
