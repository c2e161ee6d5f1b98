import { MessageChannel, Worker } from 'node:worker_threads';

import { CANCELLED, FLAG_COUNT, WAKE } from '../runner/thread-flags.js';
import { THREAD_GRACE_MS, THREAD_HEAP_MB } from '../limits.js';
import { runnerEntry } from './runner-entry.js';
import type { StartRunner } from './runner-link.js';

/** Starts a worker thread. It has an empty environment; its standard output and error are discarded. */
export const startThread: StartRunner = ({ onMessage, onExit }) => {
  const flags = new Int32Array(new SharedArrayBuffer(FLAG_COUNT * Int32Array.BYTES_PER_ELEMENT));
  // A channel of our own: Deno cannot read the thread's parent port while the thread sleeps.
  const { port1: port, port2: theirs } = new MessageChannel();
  const worker = new Worker(runnerEntry('thread-main'), {
    workerData: { flags: flags.buffer, port: theirs },
    transferList: [theirs],
    env: {},
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
  });
  let reason: string | undefined;
  port.on('message', onMessage);
  // Without a listener, an error of the thread would end the whole process (row 95 of the attack catalogue).
  worker.on('error', (error) => {
    reason ??= error instanceof Error ? error.message : String(error);
  });
  port.on('messageerror', (error) => {
    reason ??= error.message;
    void worker.terminate();
  });
  worker.on('exit', (code) => {
    port.close();
    onExit(reason ?? `the thread ended with code ${code}`);
  });
  worker.unref();
  port.unref();
  return {
    graceMs: THREAD_GRACE_MS,
    send(command) {
      // A thread has no origin.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      port.postMessage(command);
      Atomics.add(flags, WAKE, 1);
      Atomics.notify(flags, WAKE);
    },
    requestStop: (stop) => void Atomics.store(flags, CANCELLED, stop ? 1 : 0),
    setBusy(busy) {
      for (const handle of [worker, port]) {
        if (busy) handle.ref();
        else handle.unref();
      }
    },
    kill: () => void worker.terminate(),
  };
};
