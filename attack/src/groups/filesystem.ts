import { execFileSync, fork } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { PluginManager } from '@testbench/manager';
import { effectGuest, effectProgram, effectResults } from '@testbench/test-kit/effect-guest';

import { type Attack, insist, ISOLATED } from '../attack.ts';

const guest = effectGuest([
  'host_file_open',
  'host_file_read',
  'host_file_write',
  'host_file_close',
  'host_file_list',
]);
const DENIED = -3;
const INVALID = -2;
const NOT_FOUND = -1;
const LIMIT = -4;

/** A folder with a granted directory `data`, a writable one `out`, and a secret next to them. */
interface Ground {
  readonly root: string;
  readonly manager: PluginManager;
  /** Tries to read, to write and to list a path; returns the codes of opening and listing, and the bytes read. */
  readonly attempt: (
    path: string,
  ) => Promise<{ read: number; write: number; list: number; text: string }>;
}

/** Runs an attack in a separate folder. `granted` are further directories that are granted for reading. */
function inGround(
  row: number,
  name: string,
  run: (ground: Ground) => Promise<string>,
  granted: readonly string[] = [],
): Attack {
  return {
    row,
    name,
    modes: ISOLATED,
    async run(arena) {
      const root = realpathSync(mkdtempSync(join(tmpdir(), 'attack-')));
      try {
        for (const folder of ['data/sub', 'data2', 'outside', 'out/fixed']) {
          mkdirSync(join(root, folder), { recursive: true });
        }
        for (const file of ['data2/secret.txt', 'outside/secret.txt', 'secret.txt']) {
          writeFileSync(join(root, file), 'secret');
        }
        writeFileSync(join(root, 'data/in.txt'), 'inside');
        const manager = await arena.manager({ limits: { timeoutMs: 10_000 } });
        await manager.load(guest, {
          id: 'attacker',
          permissions: {
            filesystem: true,
            allowedDirs: [
              join(root, 'data'),
              { path: join(root, 'out'), access: 'read-write' },
              { path: join(root, 'out/fixed'), access: 'read-only' },
              ...granted,
            ],
          },
        });
        return await run({ root, manager, attempt: (path) => attempt(manager, path) });
      } finally {
        rmSync(root, { recursive: true });
      }
    },
  };
}

async function attempt(manager: PluginManager, path: string): ReturnType<Ground['attempt']> {
  const program = effectProgram([
    { call: 'host_file_open', args: [path, 0] },
    { call: 'host_file_read', args: [{ resultOf: 0 }, 1000] },
    { call: 'host_file_open', args: [path, 1] },
    { call: 'host_file_list', args: [path, 1000] },
  ]);
  const { data } = await manager.execute('attacker', { data: program });
  const [read, text, write, list] = effectResults(data);
  return {
    read: read?.code ?? 0,
    write: write?.code ?? 0,
    list: list?.code ?? 0,
    text: String(text?.bytes),
  };
}

/** A path that must be refused for reading, writing and listing. */
function refusedPath(
  row: number,
  name: string,
  path: (root: string) => string,
  codes: readonly number[] = [DENIED],
  prepare: (root: string) => void = () => {},
): Attack {
  return inGround(row, name, async (ground) => {
    prepare(ground.root);
    const { read, write, list, text } = await ground.attempt(path(ground.root));
    insist(text === '', `it read ${JSON.stringify(text)}`);
    insist(
      [read, write, list].every((code) => code < 0),
      `codes ${read}, ${write}, ${list}`,
    );
    insist(codes.includes(read), `reading gave ${read}`);
    return `${read} to read, ${write} to write, ${list} to list`;
  });
}

/** Rows 64 to 73. */
export const filesystem: readonly Attack[] = [
  refusedPath(64, 'a path with ..', (root) => `${root}/data/../secret.txt`),
  refusedPath(64, 'an absolute path', () => '/etc/passwd'),
  refusedPath(64, 'a relative path', () => 'in.txt'),
  refusedPath(64, 'an encoded ..', (root) => `${root}/data/%2e%2e/secret.txt`, [NOT_FOUND]),
  refusedPath(64, 'a .. of another system', (root) => `${root}/data/..\\secret.txt`, [NOT_FOUND]),
  inGround(65, 'a link that is swapped in all the while', async ({ root, manager }) => {
    const script = fileURLToPath(new URL('../modules/swapping-links.ts', import.meta.url));
    const swapper = fork(script, [root], { execArgv: ['--no-warnings'] });
    await new Promise((resolve) => swapper.once('message', resolve));
    try {
      const program = effectProgram(
        Array.from({ length: 12 }, (_, index) => [
          { call: 'host_file_open', args: [`${root}/data/now.txt`, 0] } as const,
          { call: 'host_file_read', args: [{ resultOf: 3 * index }, 100] } as const,
          { call: 'host_file_close', args: [{ resultOf: 3 * index }] } as const,
        ]).flat(),
      );
      const texts = new Map<string, number>();
      for (let round = 0; round < 40; round += 1) {
        const { data } = await manager.execute('attacker', { data: program });
        for (const { bytes } of effectResults(data)) {
          if (bytes.length > 0) texts.set(String(bytes), (texts.get(String(bytes)) ?? 0) + 1);
        }
      }
      insist(!texts.has('secret'), `it read the secret ${texts.get('secret')} times`);
      return `of 480 reads ${texts.get('inside') ?? 0} found the file, none the secret`;
    } finally {
      swapper.kill('SIGKILL');
      await new Promise((resolve) => swapper.once('exit', resolve));
    }
  }),
  refusedPath(
    66,
    'a link in the middle of the path',
    (root) => `${root}/data/link/secret.txt`,
    [DENIED],
    (root) => symlinkSync(join(root, 'outside'), join(root, 'data/link')),
  ),
  refusedPath(
    66,
    'a link at its end',
    (root) => `${root}/data/link.txt`,
    [DENIED],
    (root) => symlinkSync(join(root, 'secret.txt'), join(root, 'data/link.txt')),
  ),
  refusedPath(
    67,
    'a hard link',
    (root) => `${root}/data/hard.txt`,
    [DENIED],
    (root) => linkSync(join(root, 'secret.txt'), join(root, 'data/hard.txt')),
  ),
  inGround(68, 'eight pipes that nobody writes to', async ({ root, attempt: tryPath }) => {
    const paths = Array.from({ length: 8 }, (_, index) => `${root}/data/pipe${index}`);
    execFileSync('mkfifo', paths);
    for (const path of paths) {
      const { read, write } = await tryPath(path);
      insist(read < 0 && write < 0, `opening gave ${read}, ${write}`);
    }
    const { text } = await tryPath(`${root}/data/in.txt`);
    insist(text === 'inside', `a file gives ${JSON.stringify(text)} afterwards`);
    return 'refused without waiting, and files still open';
  }),
  ...['/proc/self/environ', '/dev/zero', '/sys/kernel/mm/transparent_hugepage/enabled'].map(
    (path) =>
      inGround(
        69,
        `${path}, with its folder granted`,
        async ({ attempt: tryPath }) => {
          const { read, write, text } = await tryPath(path);
          insist(read < 0 && write < 0 && text === '', `${read}, ${write}: ${text.slice(0, 50)}`);
          return `${read} to read`;
        },
        [path.slice(0, path.lastIndexOf('/'))],
      ),
  ),
  refusedPath(70, 'NUL in a path', (root) => `${root}/data/in.txt\0.txt`, [INVALID]),
  refusedPath(71, 'another case', (root) => `${root}/DATA/in.txt`),
  refusedPath(71, 'another form of Unicode', (root) => `${root}/data/i\u0308n.txt`, [NOT_FOUND]),
  inGround(71, 'a read-only folder under another name', async ({ root, manager }) => {
    symlinkSync('fixed', join(root, 'out/alias'));
    const program = effectProgram(
      ['fixed', 'alias', '../out/fixed', './fixed'].map((name) => ({
        call: 'host_file_open',
        args: [`${root}/out/${name}/a.txt`, 1],
      })),
    );
    const { data } = await manager.execute('attacker', { data: program });
    const codes = effectResults(data).map(({ code }) => code);
    insist(
      codes.every((code) => code === DENIED),
      codes.join(', '),
    );
    return codes.join(', ');
  }),
  inGround(72, 'a sparse file of 100 GB', async ({ root, attempt: tryPath }) => {
    writeFileSync(join(root, 'data/huge'), '');
    truncateSync(join(root, 'data/huge'), 100e9);
    const { read } = await tryPath(`${root}/data/huge`);
    insist(read === LIMIT, `opening gave ${read}`);
    return `${read} to read`;
  }),
  refusedPath(73, '/data2 next to /data', (root) => `${root}/data2/secret.txt`),
];
