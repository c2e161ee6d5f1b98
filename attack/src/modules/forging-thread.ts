// Stands in for a worker thread that a guest has taken over: answers the manager's commands with a forgery.
import { parentPort, workerData } from 'node:worker_threads';

import { FORGERIES } from './forgeries.ts';

parentPort?.on('message', ({ type }: { readonly type: string }) => {
  for (const message of FORGERIES[workerData as string]?.answer(type) ?? []) {
    // A thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    parentPort?.postMessage(message);
  }
});
