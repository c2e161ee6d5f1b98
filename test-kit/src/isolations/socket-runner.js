// A process at the other end of a connection: its main thread listens to the host, a worker runs the guests and blocks in the meantime.
// Usage: node socket-runner.js PORT KIT     KIT is the URL of the module @testbench/manager/runner.
import { connect } from 'node:net';
import {
  isMainThread,
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  workerData,
} from 'node:worker_threads';

/** Cells of the memory that both threads share: messages to the worker so far, and 1 while its call must stop. */
const WAKE = 0;
const STOP = 1;

if (isMainThread) await hearHost();
else await runGuests(workerData);

async function hearHost() {
  const [hostPort, kit] = process.argv.slice(2);
  const { encodeFrame, readFrames } = await import(kit);
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { port: port2, flags, kit },
    transferList: [port2],
    env: {},
  });
  worker.on('error', () => process.exit(1));
  const socket = connect(Number(hostPort), '127.0.0.1');
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(0));
  socket.write(encodeFrame({ token: process.env['SOCKET_TOKEN'] }));
  port1.on('message', (message) => socket.write(encodeFrame({ message })));
  const obey = (frame) => {
    if (frame === undefined) process.exit(1);
    if ('stop' in frame) {
      Atomics.store(flags, STOP, frame.stop ? 1 : 0);
      return;
    }
    port1.postMessage(frame.message);
    Atomics.add(flags, WAKE, 1);
    Atomics.notify(flags, WAKE);
  };
  readFrames(socket, obey, 'host');
}

async function runGuests({ port, flags, kit }) {
  const { serveGuests } = await import(kit);
  await serveGuests({
    send: (message) => port.postMessage(message),
    receive() {
      for (;;) {
        const seen = Atomics.load(flags, WAKE);
        const received = receiveMessageOnPort(port);
        if (received !== undefined) return received.message;
        Atomics.wait(flags, WAKE, seen);
      }
    },
    isCancelled: () => Atomics.load(flags, STOP) !== 0,
  });
}
