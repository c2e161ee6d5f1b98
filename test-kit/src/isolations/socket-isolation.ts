import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { absorbStreamErrors } from '@testbench/types';
import type { CustomIsolation } from '@testbench/types/stores';

/** The exports of `@testbench/manager/runner`. */
export interface RunnerKit {
  encodeFrame(message: unknown): Uint8Array;
  readFrames(stream: Readable, onMessage: (message: unknown) => void): void;
}

/**
 * Runs guests at the other end of a TCP connection, as another machine would: in a process that knows nothing about the host except a port
 * and a token, and that is notified of a stop while its guest computes. It proves that an isolation needs no change to `packages`.
 *
 * @param kit The module `@testbench/manager/runner`.
 * @param kitUrl Where the runner's process finds it.
 */
export function socketIsolation(kit: RunnerKit, kitUrl: URL): CustomIsolation {
  return {
    name: 'socket',
    start({ onMessage, onExit }) {
      const token = randomBytes(32).toString('hex');
      const server = createServer();
      /** Sent before the runner has connected. */
      const early: object[] = [];
      let socket: Socket | undefined;
      let child: ChildProcess | undefined;
      let busy = true;
      let killed = false;
      const setBusy = (now: boolean): void => {
        busy = now;
        for (const handle of [server, socket, child]) {
          if (now) handle?.ref();
          else handle?.unref();
        }
      };
      const send = (frame: object): void => {
        if (socket === undefined) early.push(frame);
        else socket.write(kit.encodeFrame(frame));
      };
      const kill = (): void => {
        killed = true;
        server.close();
        socket?.destroy();
        child?.kill('SIGKILL');
      };
      const greet = (caller: Socket): void => {
        absorbStreamErrors(caller);
        kit.readFrames(caller, (frame) => {
          const { message, token: given } = Object(frame) as { message?: unknown; token?: unknown };
          if (caller === socket) return onMessage(message);
          // Anyone on this machine may connect.
          if (given !== token || socket !== undefined) return void caller.destroy();
          socket = caller;
          setBusy(busy);
          server.close();
          for (const frameToSend of early.splice(0)) send(frameToSend);
        });
      };
      const open = async (): Promise<void> => {
        server.on('connection', greet);
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const address = server.address();
        if (killed || typeof address !== 'object' || address === null) return;
        const runner = fileURLToPath(new URL('socket-runner.js', import.meta.url));
        child = spawn(process.execPath, [runner, String(address.port), kitUrl.href], {
          env: { SOCKET_TOKEN: token },
          stdio: 'ignore',
        });
        child.on('error', ({ message }) => onExit(message));
        child.on('exit', (code, signal) => onExit(`it ended with ${signal ?? `code ${code}`}`));
        setBusy(busy);
      };
      open().catch((error: unknown) => onExit(String(error)));
      return {
        send: (message) => send({ message }),
        requestStop: (stop) => send({ stop }),
        setBusy,
        kill,
      };
    },
  };
}
