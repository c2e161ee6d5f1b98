import { createServer } from 'node:http';
import { connect } from 'node:net';

/** Starts an HTTP proxy on loopback that opens tunnels; `seen` records their destinations and logins. */
export async function serveProxy(): Promise<
  AsyncDisposable & { readonly port: number; readonly seen: string[] }
> {
  const seen: string[] = [];
  const server = createServer((_request, response) => void response.writeHead(405).end());
  server.on('connect', ({ url = '', headers }, socket) => {
    seen.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    const [host, port] = url.split(':');
    const there = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    for (const end of [there, socket]) end.on('error', () => {});
    there.on('close', () => socket.destroy());
    socket.on('close', () => there.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
