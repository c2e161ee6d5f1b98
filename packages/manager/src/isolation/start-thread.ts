import { MessageChannel, Worker } from 'node:worker_threads';

import { THREAD_GRACE_MS, THREAD_HEAP_MB } from '../limits.js';
import type { RunnerCommand } from '../runner/messages.js';
import {
  ANSWERED,
  CANCELLED,
  COMMAND_IN_ROOM,
  FLAG_COUNT,
  POSTED,
  WAKE,
} from '../runner/thread-flags.js';
import { ThreadRoom } from '../runner/thread-room.js';
import { runnerEntry } from './runner-entry.js';
import type { StartRunner } from './runner-link.js';

/** Other runtimes have the function too, but have not been tried with it. */
const CAN_WAIT =
  typeof Atomics.waitAsync === 'function' &&
  !['bun', 'deno'].some((runtime) => runtime in process.versions);

/** Starts a worker thread. It has an empty environment; its standard output and error are discarded. */
export const startThread: StartRunner = ({ onMessage, onExit }) => {
  const flags = new Int32Array(new SharedArrayBuffer(FLAG_COUNT * Int32Array.BYTES_PER_ELEMENT));
  const room = new ThreadRoom(ThreadRoom.reserve());
  // A channel of our own: Deno cannot read the thread's parent port while the thread sleeps.
  const { port1: port, port2: theirs } = new MessageChannel();
  const worker = new Worker(runnerEntry('thread-main'), {
    workerData: { flags: flags.buffer, room: room.memory, port: theirs },
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
  let exited = false;
  let waits = false;
  /** Waits for the next answer in the room. */
  const awaitAnswer = async (): Promise<void> => {
    // A call may also be answered through the port: then this still waits.
    if (waits) return;
    waits = true;
    await Atomics.waitAsync(flags, ANSWERED, Atomics.load(flags, ANSWERED)).value;
    waits = false;
    if (!exited) onMessage(room.readDone());
  };
  const wake = (): void => {
    Atomics.add(flags, WAKE, 1);
    Atomics.notify(flags, WAKE);
  };
  worker.on('exit', (code) => {
    exited = true;
    // Whatever still waits for it is released.
    Atomics.notify(flags, ANSWERED);
    port.close();
    onExit(reason ?? `the thread ended with code ${code}`);
  });
  worker.unref();
  port.unref();
  return {
    graceMs: THREAD_GRACE_MS,
    send(message) {
      const command = message as RunnerCommand;
      if (CAN_WAIT && command.type === 'call' && room.writeCall(command)) {
        void awaitAnswer();
        Atomics.store(flags, COMMAND_IN_ROOM, 1);
      } else {
        // A thread has no origin.
        // oxlint-disable-next-line unicorn/require-post-message-target-origin
        port.postMessage(command);
        Atomics.add(flags, POSTED, 1);
      }
      wake();
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
