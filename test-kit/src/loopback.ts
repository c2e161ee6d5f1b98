import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';

/** A server on 127.0.0.1 that ends with its test. */
export interface LoopbackServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Sockets that are open now, as seen by the server. */
  readonly sockets: ReadonlySet<Socket>;
  /** Connections accepted so far. */
  readonly accepted: () => number;
}

/** Serves HTTP. */
export async function serveHttp(listener: RequestListener): Promise<LoopbackServer> {
  return await listen(createServer(listener));
}

/** Serves bytes: for answers that no HTTP server would give. `serve` is called once per connection, when data has arrived. */
export async function serveBytes(serve: (socket: Socket) => void): Promise<LoopbackServer> {
  return await listen(createTcpServer((socket) => socket.once('data', () => serve(socket))));
}

async function listen(server: Server | HttpServer): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    sockets,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
