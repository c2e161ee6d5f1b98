import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';

import type { RunnerReply } from './messages.js';
import { serveGuests } from './serve-guests.js';
import { ANSWERED, CANCELLED, COMMAND_IN_ROOM, POSTED, WAKE } from './thread-flags.js';
import { type RoomMemory, ThreadRoom } from './thread-room.js';

const data = workerData as { port: MessagePort; flags: SharedArrayBuffer; room: RoomMemory };
const { port } = data;
const flags = new Int32Array(data.flags);
const room = new ThreadRoom(data.room);
/** Messages that were taken from the port. */
let taken = 0;
/** True while the host waits for an answer in the room, and every message of the running call has gone there. */
let answersInRoom = false;

/** Sleeps until the host has sent a message: no event loop, so a reply arrives while a guest waits for it. */
function receive(): unknown {
  for (;;) {
    const seen = Atomics.load(flags, WAKE);
    const inRoom = Atomics.load(flags, COMMAND_IN_ROOM) === 1;
    // What was posted before comes first.
    if (taken !== Atomics.load(flags, POSTED)) {
      const received = receiveMessageOnPort(port);
      if (received !== undefined) {
        taken = (taken + 1) | 0;
        return received.message;
      }
    } else if (inRoom) {
      Atomics.store(flags, COMMAND_IN_ROOM, 0);
      answersInRoom = true;
      return room.readCall();
    }
    Atomics.wait(flags, WAKE, seen);
  }
}

await serveGuests({
  send(message) {
    const reply = message as RunnerReply;
    const isDone = answersInRoom && reply.type === 'done' && room.writeDone(reply);
    // After a message through the port, such as a log record, the answer goes there as well: the host must not see it earlier.
    answersInRoom = false;
    if (isDone) {
      Atomics.add(flags, ANSWERED, 1);
      Atomics.notify(flags, ANSWERED);
    } else {
      port.postMessage(message);
    }
  },
  receive,
  isCancelled: () => Atomics.load(flags, CANCELLED) !== 0,
});
