// Stands in for a worker thread that a guest has taken over: answers the manager's commands with a forgery.
import { type MessagePort, workerData } from 'node:worker_threads';

import { FORGERIES } from './forgeries.ts';

const { port, flags, room, forgery } = workerData as {
  readonly port: MessagePort;
  readonly flags: SharedArrayBuffer;
  readonly room: { readonly answer: SharedArrayBuffer };
  readonly forgery: string;
};
/** The cells of `thread-flags.ts`: counts messages; 1 while a call is in shared memory; counts answers there. */
const [WAKE, COMMAND_IN_ROOM, ANSWERED] = [0, 3, 4];
const cells = new Int32Array(flags);

function answer(type: string): void {
  const { answer: messages, answerWords: words } = FORGERIES[forgery] ?? {};
  for (const message of messages?.(type) ?? []) {
    // A thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    port.postMessage(message);
  }
  if (words === undefined || type !== 'call') return;
  new Uint32Array(room.answer).set(words);
  Atomics.add(cells, ANSWERED, 1);
  Atomics.notify(cells, ANSWERED);
}

port.on('message', ({ type }: { readonly type: string }) => answer(type));

for (;;) {
  const seen = Atomics.load(cells, WAKE);
  if (Atomics.exchange(cells, COMMAND_IN_ROOM, 0) === 1) answer('call');
  await Atomics.waitAsync(cells, WAKE, seen).value;
}
