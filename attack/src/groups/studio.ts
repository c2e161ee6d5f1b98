import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startStudio, type Studio } from '@testbench/studio';

import { makeRun, writeRun } from '../../../packages/studio/src/__fixtures__/write-run.ts';
import { HOSTILE_TEXTS } from '../../../packages/report/src/__fixtures__/hostile-texts.ts';
import { type Attack, insist } from '../attack.ts';

/** The studio's server: its rows, in the order of the list in its design. */
const FIRST_ROW = 300;

/** A studio over a project with a run, data, and links that point outside. */
interface Target {
  readonly studio: Studio;
  readonly folder: string;
  readonly cookie: string;
  readonly origin: string;
}

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

async function withStudio(attack: (target: Target) => Promise<string>): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'attack-studio-'));
  const folder = join(root, 'project');
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(root, 'secret.jsonl'), '{"secret":"of somebody"}\n');
  symlinkSync(join(root, 'secret.jsonl'), join(folder, 'data/link.jsonl'));
  symlinkSync(root, join(folder, 'data/out'));
  await writeRun(join(folder, 'runs/r'), hostileRun());
  await using studio = await startStudio({ folder });
  const origin = `http://127.0.0.1:${studio.port}`;
  try {
    const signedIn = await ask(studio, 'GET', studio.url.slice(origin.length));
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!;
    return await attack({ studio, folder, cookie, origin });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Every text from a model, a plugin and a data set is hostile. */
function hostileRun(): ReturnType<typeof makeRun> {
  return makeRun(HOSTILE_TEXTS.length, (row) => {
    const text = HOSTILE_TEXTS[row.index]!;
    const details = { exact: { explanation: text, reply: text, metrics: { [text || 'x']: 1 } } };
    return { ...row, id: `${row.index}${text}`, input: text, output: `${text}.`, details };
  });
}

async function ask(
  { port }: Studio,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Told> {
  return await new Promise((done, fail) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    asked.once('error', fail);
    asked.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.once('close', () =>
        done({ status: response.statusCode!, headers: response.headers, body: text }),
      );
    });
    asked.end(body);
  });
}

/** What a socket receives until the server ends it. */
async function listen(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (part: string) => {
    text += part;
  });
  // The disconnect is the expected end.
  socket.on('error', () => undefined);
  await new Promise((done) => {
    socket.once('close', done);
  });
  return text;
}

async function refuseAll(
  studio: Studio,
  tries: readonly (readonly [method: string, path: string, headers: Record<string, string>])[],
  codes: readonly string[],
): Promise<string> {
  for (const [method, path, headers] of tries) {
    const { status, body } = await ask(studio, method, path, headers);
    insist(
      status >= 400 && codes.some((code) => body.includes(`"${code}"`)),
      `${method} ${path} ${JSON.stringify(headers)} was answered with ${status} ${body.slice(0, 80)}`,
    );
    insist(!body.includes('of somebody'), `${path} gave the secret`);
  }
  return `${tries.length} requests were refused`;
}

const ATTACKS: readonly (readonly [name: string, run: (target: Target) => Promise<string>])[] = [
  [
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
  ],
  [
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
      const absolute = await ask(studio, 'GET', `http://evil.example/api/project`, {
        cookie,
        origin,
      });
      insist(absolute.status === 400, `an absolute target was answered with ${absolute.status}`);
      return `${refused}, and one without Host`;
    },
  ],
  [
    'no token, a wrong one, one of another studio, a launch token twice',
    async ({ studio, cookie, origin, folder }) => {
      await using other = await startStudio({ folder });
      const token = new URL(studio.url).searchParams.get('token')!;
      const launch = studio.createLaunchUrl().slice(origin.length);
      await ask(studio, 'GET', launch);
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
  ],
  [
    'paths that lead out, by dots, encodings and links',
    async ({ studio, cookie, origin }) => {
      const own = { cookie, origin };
      const paths = [
        '../secret.jsonl',
        '..%2Fsecret.jsonl',
        'data/../../secret.jsonl',
        '/etc/passwd',
        'data/link.jsonl',
        'data/out/secret.jsonl',
        '%00',
        'data\\..\\..\\secret.jsonl',
        '%2e%2e/secret.jsonl',
        'file:///etc/passwd',
      ];
      return await refuseAll(
        studio,
        [
          ...paths.map((path) => ['GET', `/api/dataset?path=${path}`, own] as const),
          ...paths.map((path) => ['GET', `/api/report?run=${path}`, own] as const),
          ...paths.map((path) => ['GET', `/api/labels?run=${path}`, own] as const),
          ...[
            '../package.json',
            '..%2f..%2fpackage.json',
            '%2e%2e/index.js',
            'main.js/../../x',
            '__proto__',
            'constructor',
          ].map((name) => ['GET', `/assets/${name}`, { cookie }] as const),
          ['GET', '//evil.example/', { cookie }],
          ['GET', `/${'a'.repeat(5000)}`, { cookie }],
        ],
        ['STUDIO_OUTSIDE_PROJECT', 'STUDIO_NOT_FOUND', 'STUDIO_BAD_REQUEST'],
      );
    },
  ],
  [
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
        const { status } = await ask(studio, 'POST', '/api/labels', headers, body);
        insist(status === 400, `${type} ${body} was answered with ${status}`);
      }
      return `413 after ${(sent / 1024).toFixed(0)} KiB`;
    },
  ],
  [
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
      const { status } = await ask(studio, 'GET', '/', { cookie });
      insist(status === 200, `afterwards: ${status}`);
      return `all were cut off after ${((performance.now() - started) / 1000).toFixed(1)} s`;
    },
  ],
  [
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
      await waitUntil(async () => (await ask(studio, 'GET', '/', { cookie })).status === 200);
      return `64 sockets and ${open} streams, and it answers afterwards`;
    },
  ],
  [
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
  ],
  [
    'HTML in every text of a model, a plugin and a data set',
    async ({ studio, cookie, origin, folder }) => {
      writeFileSync(
        join(folder, 'data/<img src=x onerror=alert(1)>.jsonl'),
        HOSTILE_TEXTS.map((text) => `${JSON.stringify({ [text]: text })}\n`).join(''),
      );
      const own = { cookie, origin };
      const name = encodeURIComponent('data/<img src=x onerror=alert(1)>.jsonl');
      const report = await ask(studio, 'GET', '/api/report?run=runs/r', own);
      const { key } = JSON.parse(report.body) as { key: string };
      const paths = [
        '/api/report?run=runs/r',
        `/api/report/block?key=${key}&block=0`,
        '/api/datasets',
        `/api/dataset?path=${name}`,
        '/api/cases?run=runs/r',
        '/api/plugins',
        '/api/analytics',
        `/api/dataset?path=<script>alert(1)</script>`,
      ];
      for (const path of paths) {
        const { headers } = await ask(studio, 'GET', path, own);
        const type = String(headers['content-type']);
        insist(/^(?:application\/json|text\/plain)/.test(type), `${path} is ${type}`);
        insist(headers['x-content-type-options'] === 'nosniff', `${path} may be sniffed`);
        const policy = String(headers['content-security-policy']);
        insist(
          policy.includes("default-src 'none'") && !/unsafe-(?:inline|eval)|https?:/.test(policy),
          policy,
        );
      }
      const document = await ask(studio, 'GET', '/run?run=<script>alert(1)</script>', { cookie });
      insist(!document.body.includes('alert'), 'the address stands in the document');
      const step = await ask(studio, 'GET', '/run?run="><script>alert(1)</script>', {
        'sec-fetch-site': 'cross-site',
      });
      insist(!/<script|"">/.test(step.body), step.body);
      return 'all is data; the document has nothing of it';
    },
  ],
  [
    'labels that are written through links',
    async ({ studio, cookie, origin, folder }) => {
      const own = { cookie, origin, 'content-type': 'application/json' };
      const label = JSON.stringify({ run: 'runs/r', label: { id: '1', label: 1 } });
      symlinkSync(join(folder, '..'), join(folder, 'labels'));
      const byFolder = await ask(studio, 'POST', '/api/labels', own, label);
      insist(byFolder.body.includes('STUDIO_OUTSIDE_PROJECT'), byFolder.body);
      rmSync(join(folder, 'labels'));
      mkdirSync(join(folder, 'labels'));
      symlinkSync(join(folder, '../secret.jsonl'), join(folder, 'labels/r.jsonl'));
      const byFile = await ask(studio, 'POST', '/api/labels', own, label);
      insist(byFile.body.includes('STUDIO_OUTSIDE_PROJECT'), byFile.body);
      const read = await ask(studio, 'GET', '/api/labels?run=runs/r', own);
      insist(read.body.includes('STUDIO_OUTSIDE_PROJECT'), read.body);
      return 'neither a folder nor a file that is a link is taken';
    },
  ],
  [
    'plugins that are saved where they should not be',
    async ({ studio, cookie, origin, folder }) => {
      const own = { cookie, origin, 'content-type': 'application/json' };
      const save = (part: object): Promise<Told> =>
        ask(
          studio,
          'POST',
          '/api/author/projects',
          own,
          JSON.stringify({ name: 'metric', source: 'export class', ...part }),
        );
      for (const name of ['../up', '/tmp/up', 'a/b', 'a\\b', '..', '.git', 'node_modules', 'a\0']) {
        const { status, body } = await save({ name });
        insist(status === 422, `${name}: ${body}`);
      }
      for (const part of [{ folder: '/tmp' }, { overwrite: 1 }, { description: 'a\n# b' }]) {
        const { status, body } = await save(part);
        insist(status === 422, body);
      }
      const large = await save({ source: 'x'.repeat(2_000_000) });
      insist(large.status === 413, large.body);
      const foreign = { ...own, origin: 'http://127.0.0.1:1' };
      const { status } = await ask(studio, 'POST', '/api/author/projects', foreign, '{}');
      insist(status === 403, 'another origin saves');
      symlinkSync(join(folder, '..'), join(folder, 'plugins'));
      const byLink = await save({});
      insist(byLink.body.includes('STUDIO_OUTSIDE_PROJECT'), byLink.body);
      rmSync(join(folder, 'plugins'));
      await save({});
      const again = await save({});
      insist(again.body.includes('STUDIO_EXISTS'), again.body);
      return 'names are checked, links are refused, and nothing is replaced without a word';
    },
  ],
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

/** What other pages, programs and files send to the studio's server. */
export const studioRows: readonly Attack[] = ATTACKS.map(([name, run], index) => ({
  row: FIRST_ROW + index,
  name,
  modes: ['host'],
  run: () => withStudio(run),
}));
