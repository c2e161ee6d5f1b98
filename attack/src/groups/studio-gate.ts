import { connect } from 'node:net';

import { startStudio } from '@testbench/studio';

import { askStudio } from '../../../packages/studio/src/__fixtures__/ask-studio.ts';
import { type Attack, insist } from '../attack.ts';
import { listen, refuseAll, studioAttack } from '../studio-target.ts';

/** Requests to the studio's server from those who may not ask: other pages, other names, others on this machine. */
export const studioGate: readonly Attack[] = [
  studioAttack(
    300,
    'a page of another origin asks, with the cookie',
    async ({ studio, cookie, origin }) => {
      const others = [
        'http://evil.example',
        'null',
        'http://127.0.0.1:1',
        origin.replace('http', 'https'),
      ];
      const own = { cookie, 'content-type': 'application/json' };
      const sites = ['cross-site', 'same-site', 'none'];
      return await refuseAll(
        studio,
        [
          ...others.map((one) => ['GET', '/api/project', { cookie, origin: one }] as const),
          ...others.map((one) => ['POST', '/api/labels', { ...own, origin: one }] as const),
          ...sites.map(
            (site) => ['GET', '/api/project', { cookie, 'sec-fetch-site': site }] as const,
          ),
          ['POST', '/api/labels', own],
        ],
        ['STUDIO_FOREIGN_ORIGIN'],
      );
    },
  ),
  studioAttack(
    301,
    'DNS rebinding: another name for the same address',
    async ({ studio, cookie, origin }) => {
      const { port } = studio;
      const hosts = [
        `evil.example:${port}`,
        '127.0.0.1',
        `localhost:1`,
        `127.0.0.1.evil.example:${port}`,
        `0.0.0.0:${port}`,
        `[::1]:${port}`,
        `2130706433:${port}`,
      ];
      const refused = await refuseAll(
        studio,
        hosts.flatMap((host) => [
          ['GET', '/', { host, cookie }] as const,
          ['GET', '/api/project', { host, cookie, origin }] as const,
          ['GET', studio.url.slice(origin.length), { host }] as const,
        ]),
        ['STUDIO_FOREIGN_ORIGIN'],
      );
      const socket = connect(port, '127.0.0.1');
      socket.end(`GET / HTTP/1.0\r\nCookie: ${cookie}\r\n\r\n`);
      const bare = await listen(socket);
      insist(/^HTTP\/1\.1 40[03]/.test(bare), `without Host: ${bare.slice(0, 60)}`);
      const absolute = await askStudio(studio, 'GET', `http://evil.example/api/project`, {
        cookie,
        origin,
      });
      insist(absolute.status === 400, `an absolute target was answered with ${absolute.status}`);
      return `${refused}, and one without Host`;
    },
  ),
  studioAttack(
    302,
    'no token, a wrong one, one of another studio, a launch token twice',
    async ({ studio, cookie, origin, folder }) => {
      await using other = await startStudio({ folder });
      const token = new URL(studio.url).searchParams.get('token')!;
      const launch = studio.createLaunchUrl().slice(origin.length);
      await askStudio(studio, 'GET', launch);
      const [name] = cookie.split('=');
      const bad = [
        '',
        `${name}=`,
        `${name}=${token}`,
        `${name}=${'x'.repeat(43)}`,
        `other=${cookie.split('=')[1]}`,
      ];
      return await refuseAll(
        studio,
        [
          ...bad.map((one) => ['GET', '/', { cookie: one }] as const),
          ...bad.map((one) => ['GET', '/api/project', { cookie: one, origin }] as const),
          ['GET', '/?token=', {}],
          ['GET', `/?token=${token.slice(1)}`, {}],
          ['GET', new URL(other.url).search.replace('?', '/?'), {}],
          ['GET', launch, {}],
          ['GET', '/assets/main.js', {}],
        ],
        ['STUDIO_NOT_SIGNED_IN'],
      );
    },
  ),
  studioAttack(
    307,
    'sockets and streams without Origin, or of another page',
    async ({ studio, cookie }) => {
      const upgrade = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      };
      return await refuseAll(
        studio,
        [
          ['GET', '/api/runs', { cookie }],
          ['GET', '/api/run?run=runs/r', { cookie }],
          ['GET', '/api/runs', { cookie, ...upgrade }],
          ['GET', '/api/runs', { cookie, ...upgrade, origin: 'http://evil.example' }],
          ['GET', '/api/runs', { cookie, 'sec-fetch-site': 'same-site' }],
        ],
        ['STUDIO_FOREIGN_ORIGIN'],
      );
    },
  ),
];
