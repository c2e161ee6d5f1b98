import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A loopback server: `/` answers, `/missing` does not, `/redirect` leads to another name for the same server, `/loop` to `/`, `/large` is long. */
export async function startServer(): Promise<{
  readonly fill: (text: string) => string;
  readonly close: () => void;
}> {
  const server = createServer((request, response) => {
    // Headers that are always the same.
    response.sendDate = false;
    response.setHeader('connection', 'close');
    const { port } = server.address() as AddressInfo;
    switch (request.url) {
      case '/':
        response.end('found');
        return;
      case '/redirect':
        response.writeHead(302, { location: `http://localhost:${port}/` }).end();
        return;
      case '/loop':
        response.writeHead(302, { location: '/' }).end();
        return;
      case '/large':
        response.end('x'.repeat(5000));
        return;
      default:
        response.writeHead(404).end('nothing there');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    fill: (text) =>
      text.replaceAll(
        /\{(server|missing|redirect|loop|large)\}/g,
        (_, name: string) => `http://127.0.0.1:${port}/${name === 'server' ? '' : name}`,
      ),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
