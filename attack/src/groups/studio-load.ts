import { connect } from 'node:net';

import { askStudio } from '../../../packages/studio/src/__fixtures__/ask-studio.ts';
import { type Attack, insist } from '../attack.ts';
import { listen, studioAttack } from '../studio-target.ts';

/** Requests to the studio's server that are too large, too slow or too many. */
export const studioLoad: readonly Attack[] = [
  studioAttack(
    304,
    'bodies that are huge, endless, or no JSON',
    async ({ studio, cookie, origin }) => {
      const head = `POST /api/labels HTTP/1.1\r\nHost: 127.0.0.1:${studio.port}\r\nOrigin: ${origin}\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\n`;
      const declared = connect(studio.port, '127.0.0.1');
      declared.write(`${head}Content-Length: 99999999999\r\n\r\n{`);
      insist((await listen(declared)).startsWith('HTTP/1.1 413'), 'a declared size');
      const endless = connect(studio.port, '127.0.0.1');
      endless.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      let sent = 0;
      const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
      const pump = (): void => {
        while (!endless.destroyed && sent < 1e9) {
          sent += 65_536;
          if (!endless.write(chunk)) break;
        }
      };
      endless.on('drain', pump);
      pump();
      insist((await listen(endless)).startsWith('HTTP/1.1 413'), 'an endless body');
      insist(sent < 64e6, `${sent} bytes were taken`);
      for (const [type, body] of [
        ['text/plain', '{}'],
        ['application/json', '{'],
        ['application/json', '\u0000'],
      ]) {
        const headers = { cookie, origin, 'content-type': type! };
        const { status } = await askStudio(studio, 'POST', '/api/labels', headers, body);
        insist(status === 400, `${type} ${body} was answered with ${status}`);
      }
      return `413 after ${(sent / 1024).toFixed(0)} KiB`;
    },
  ),
  studioAttack(
    305,
    'headers and bodies that come a byte at a time',
    async ({ studio, cookie, origin }) => {
      const started = performance.now();
      const slow = [
        '',
        'GET / HTTP/1.1\r\nHo',
        `POST /api/labels HTTP/1.1\r\nHost: 127.0.0.1:${studio.port}\r\nOrigin: ${origin}\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
      ];
      const ends = slow.map((text) => {
        const socket = connect(studio.port, '127.0.0.1');
        socket.write(text);
        return listen(socket);
      });
      await Promise.all(ends);
      const { status } = await askStudio(studio, 'GET', '/', { cookie });
      insist(status === 200, `afterwards: ${status}`);
      return `all were cut off after ${((performance.now() - started) / 1000).toFixed(1)} s`;
    },
  ),
  studioAttack(
    306,
    'hundreds of sockets, and more streams than there may be',
    async ({ studio, cookie, origin }) => {
      const sockets = Array.from({ length: 300 }, () => connect(studio.port, '127.0.0.1'));
      let ended = 0;
      for (const socket of sockets) {
        socket.on('error', () => undefined);
        socket.once('close', () => {
          ended += 1;
        });
        socket.resume();
      }
      await waitUntil(() => ended >= 300 - 64);
      for (const socket of sockets) socket.destroy();
      await waitUntil(() => ended === 300);
      const stream = `GET /api/runs HTTP/1.1\r\nHost: 127.0.0.1:${studio.port}\r\nOrigin: ${origin}\r\nCookie: ${cookie}\r\n\r\n`;
      const heard: string[] = [];
      const streams = Array.from({ length: 30 }, () => {
        const socket = connect(studio.port, '127.0.0.1');
        socket.setEncoding('utf8');
        socket.on('error', () => undefined);
        socket.once('data', (text: string) => heard.push(text.slice(0, 12)));
        socket.write(stream);
        return socket;
      });
      await waitUntil(() => heard.length === 30);
      const open = heard.filter((text) => text === 'HTTP/1.1 200').length;
      for (const socket of streams) socket.destroy();
      insist(
        open === 24 && heard.filter((text) => text === 'HTTP/1.1 503').length === 6,
        heard.join(),
      );
      await waitUntil(async () => (await askStudio(studio, 'GET', '/', { cookie })).status === 200);
      return `64 sockets and ${open} streams, and it answers afterwards`;
    },
  ),
];

async function waitUntil(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await isDone())) {
    insist(performance.now() < end, 'it does not come to that');
    await new Promise((done) => {
      setTimeout(done, 20);
    });
  }
}
