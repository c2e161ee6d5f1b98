import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { openDataset, parseDatasetConfig } from '@testbench/bench/dataset';
import { readKeptImage } from '@testbench/bench/results';
import { effectGuest, effectProgram, effectResults } from '@testbench/test-kit/effect-guest';
import { encodePng } from '@testbench/test-kit/png';
import { CallError } from '@testbench/types/errors';

import { type Attack, insist, ISOLATED } from '../attack.ts';

const MIB = 1024 * 1024;
const SIMILARITY = fileURLToPath(
  new URL('../../../example-plugins/image-similarity/build/image-similarity.wasm', import.meta.url),
);

/** A gray PNG with any header and any data. */
const png = (width: number, height: number, rows: Uint8Array, depth = 8, colourType = 0): Buffer =>
  encodePng({ width, height, rows, depth, colourType });

const good = png(8, 8, Buffer.alloc(72));
const damaged = Buffer.from(good);
damaged[damaged.length - 20]! ^= 0xff;

const PICTURES: Readonly<Record<string, Uint8Array>> = {
  'a small file that says it is huge': png(0x7fffffff, 0x7fffffff, Buffer.alloc(10)),
  'a size whose product overflows': png(65_536, 65_536, Buffer.alloc(10), 16, 6),
  'data that becomes more than its size says': png(8, 8, Buffer.alloc(64 * MIB)),
  'data that becomes less': png(1000, 1000, Buffer.alloc(10)),
  'a file that is cut off': good.subarray(0, good.length - 30),
  'no more than a signature': good.subarray(0, 8),
  'a damaged stream': damaged,
  'a filter that there is not': png(8, 8, Buffer.alloc(72, 9)),
  'a depth that there is not': png(8, 8, Buffer.alloc(72), 255),
  'a chunk that claims 4 GiB': Buffer.concat([
    good.subarray(0, 33),
    Buffer.from('ffffffff49444154', 'hex'),
    good.subarray(41),
  ]),
  'text under the name of a picture': Buffer.from('<svg onload="alert(1)"/>'),
};

function pictureAttack([name, bytes]: readonly [string, Uint8Array]): Attack {
  return {
    row: 350,
    name: `picture: ${name}`,
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager({ limits: { timeoutMs: 10_000, maxFuel: 1e9 } });
      await manager.load(SIMILARITY, { id: 'attacker' });
      const files = [bytes, good].map((each) => ({ mediaType: 'image/png', bytes: each }));
      const attachments = files.map(({ mediaType, bytes: each }, index) => ({
        field: `image${index}`,
        media_type: mediaType,
        bytes: each.length,
      }));
      const data = { output: '', attachments };
      try {
        await manager.execute('attacker', { data }, { attachments: files });
      } catch (error) {
        insist(error instanceof CallError, String(error));
        const { code, pluginMessage, usage } = error as CallError;
        insist(code === 'CALL_INVALID_INPUT', `${code}: ${String(error)}`);
        insist((usage?.memoryUsedBytes ?? 0) < 32 * MIB, `it took ${usage?.memoryUsedBytes} bytes`);
        return String(pluginMessage);
      }
      insist(false, 'it was compared');
      return '';
    },
  };
}

const guest = effectGuest(
  ['host_attachment_open', 'host_attachment_read', 'host_attachment_close'],
  ['multi_modal_evaluation'],
);
const blind = effectGuest(['host_attachment_open']);

const handles: readonly Attack[] = [
  {
    row: 351,
    name: 'attachments: other positions, stale and strange handles, too many',
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager();
      await manager.load(guest, { id: 'attacker' });
      const open = (index: number) => ({ call: 'host_attachment_open', args: [index] }) as const;
      const read = (handle: number) =>
        ({ call: 'host_attachment_read', args: [handle, 4] }) as const;
      const { data } = await manager.execute(
        'attacker',
        {
          data: effectProgram([
            ...[1, -1, 2 ** 31 - 1].map(open),
            ...[0, -1, 1, 7].map(read),
            ...Array.from({ length: 17 }, () => open(0)),
            { call: 'host_attachment_close', args: [1] },
            read(1),
          ]),
        },
        { attachments: [{ mediaType: 'text/plain', bytes: Buffer.from('secret') }] },
      );
      const codes = effectResults(data).map(({ code }) => code);
      const expected = [
        -1,
        -1,
        -1,
        -2,
        -2,
        -2,
        -2,
        ...Array.from({ length: 16 }, (_, n) => n + 1),
        -4,
        0,
        -2,
      ];
      insist(String(codes) === String(expected), `codes ${codes.join(', ')}`);
      return 'codes -1, -2 and -4';
    },
  },
  {
    row: 351,
    name: 'attachments: a plugin that does not declare the capability',
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager();
      await manager.load(blind, { id: 'attacker' });
      const { data } = await manager.execute(
        'attacker',
        { data: effectProgram([{ call: 'host_attachment_open', args: [0] }]) },
        { attachments: [{ mediaType: 'text/plain', bytes: Buffer.from('secret') }] },
      );
      const [first] = effectResults(data);
      insist(first?.code === -3, `code ${first?.code}`);
      return 'code -3, logged';
    },
  },
];

/** What a record may try to name, by the code that its record fails with. */
function hostilePaths(folder: string): readonly (readonly [image: unknown, code: string])[] {
  const inside = join(folder, 'data');
  mkdirSync(join(inside, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'secret.png'), good);
  writeFileSync(join(inside, 'a.png'), good);
  symlinkSync('../secret.png', join(inside, 'link.png'));
  symlinkSync('..', join(inside, 'up'));
  symlinkSync('loop.png', join(inside, 'loop.png'));
  symlinkSync('/proc/self/environ', join(inside, 'environ.txt'));
  linkSync(join(folder, 'secret.png'), join(inside, 'hard.png'));
  execFileSync('mkfifo', [join(inside, 'pipe.png')]);
  symlinkSync('/dev/zero', join(inside, 'zero.png'));
  writeFileSync(join(inside, 'sparse.bin'), '');
  truncateSync(join(inside, 'sparse.bin'), 1024 ** 4);
  writeFileSync(join(inside, 'page.png'), '<html><script>alert(1)</script>');
  const many = Array.from({ length: 10_000 }, () => 'a.png');
  const base64 = `data:image/png;base64,${good.toString('base64')}`;
  const unreadable = [
    '../secret.png',
    'sub/../../secret.png',
    '/etc/passwd',
    'up/secret.png',
    '..\\secret.png',
    'link.png',
    'loop.png',
    'environ.txt',
    'hard.png',
    'pipe.png',
    'zero.png',
    'sub',
    '.',
    'file:///etc/passwd',
    'http://169.254.169.254/',
    'a.png\0.txt',
    `${'x/'.repeat(5_000)}a.png`,
    '%2e%2e/secret.png',
    '.../secret.png',
    '~/secret.png',
    'C:\\secret.png',
    '\\\\host\\share',
  ];
  return unreadable
    .map((path): readonly [unknown, string] => [path, 'UNREADABLE'])
    .concat([
      ['sparse.bin', 'LIMIT'],
      [many, 'LIMIT'],
      ['page.png', 'INVALID'],
      [base64.replace('png', 'svg+xml'), 'INVALID'],
      [`data:${'x'.repeat(100_000)};base64,AA==`, 'INVALID'],
      ['data:;base64,A', 'INVALID'],
      [{ bytes: '=' }, 'INVALID'],
      [{ __proto__: null, toString: 1 }, 'INVALID'],
      [[[['a.png']]], 'INVALID'],
    ]);
}

const paths: Attack = {
  row: 352,
  name: 'attachments: paths, links, pipes, devices, 10,000 of them, wrong types',
  modes: ['host'],
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'attack-'));
    try {
      const cases = hostilePaths(folder);
      const records = [...cases.map(([image]) => image), 'a.png'];
      const lines = records.map((image, index) =>
        JSON.stringify({ id: `r${index}`, input: 'x', image }),
      );
      const path = join(folder, 'data', 'data.jsonl');
      writeFileSync(path, lines.join('\n'));
      const begun = performance.now();
      await using dataset = await openDataset(parseDatasetConfig({ path, attachments: ['image'] }));
      const wrong: string[] = [];
      for await (const { position, attachments } of dataset.records()) {
        const code = await attachments?.use(async (outcome) => {
          await Promise.resolve();
          return 'error' in outcome ? outcome.error.code.replace('BENCH_ATTACHMENT_', '') : 'read';
        });
        const expected = cases[position]?.[1] ?? 'read';
        if (code !== expected) wrong.push(`${lines[position]!.slice(0, 80)}: ${code}`);
      }
      insist(wrong.length === 0, wrong.join('; '));
      const ms = performance.now() - begun;
      insist(ms < 20_000, `it took ${ms.toFixed(0)} ms`);
      return `${cases.length} records fail, the last is read (${ms.toFixed(0)} ms)`;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const swapped: Attack = {
  row: 353,
  name: 'attachments: a file that is swapped for a link while it is read',
  modes: ['host'],
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'attack-'));
    try {
      mkdirSync(join(folder, 'data'));
      const secret = join(folder, 'secret.txt');
      writeFileSync(secret, 'secret');
      const file = join(folder, 'data', 'a.txt');
      const other = join(folder, 'data', 'other');
      writeFileSync(file, 'public');
      const path = join(folder, 'data', 'data.jsonl');
      writeFileSync(path, JSON.stringify({ input: 'x', file: 'a.txt' }));
      const state = { on: true };
      const swap = async (): Promise<void> => {
        // Sometimes faster than a read, sometimes slower.
        const pause = async (turns: number): Promise<void> => {
          for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        };
        for (let round = 1; state.on; round += 1) {
          symlinkSync(secret, other);
          renameSync(other, file);
          await pause(round % 40);
          writeFileSync(other, 'public');
          renameSync(other, file);
          await pause((round * 7) % 60);
        }
      };
      const swapping = swap();
      const seen = new Map<string, number>();
      try {
        for (let turn = 0; turn < 300; turn += 1) {
          await using dataset = await openDataset(
            parseDatasetConfig({ path, attachments: ['file'] }),
          );
          for await (const { attachments } of dataset.records()) {
            await attachments?.use(async (outcome) => {
              await Promise.resolve();
              const text =
                'error' in outcome
                  ? outcome.error.code
                  : Buffer.from(outcome.attachments[0]!.bytes).toString();
              seen.set(text, (seen.get(text) ?? 0) + 1);
            });
          }
        }
      } finally {
        state.on = false;
        await swapping;
      }
      insist(!seen.has('secret'), 'the secret was read');
      return [...seen].map(([what, count]) => `${what} ${count}`).join(', ');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const shown: Attack = {
  row: 354,
  name: 'attachments: what a run folder offers as an image',
  modes: ['host'],
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'attack-'));
    try {
      const images = join(folder, 'images');
      mkdirSync(images);
      const digestOf = (bytes: Uint8Array): string =>
        createHash('sha256').update(bytes).digest('hex');
      const keep = (bytes: Uint8Array): string => {
        writeFileSync(join(images, digestOf(bytes)), bytes);
        return `sha256:${digestOf(bytes)}`;
      };
      writeFileSync(join(folder, 'secret.png'), good);
      const linked = digestOf(good);
      symlinkSync('../secret.png', join(images, linked));
      const pipe = '1'.repeat(64);
      execFileSync('mkfifo', [join(images, pipe)]);
      const other = '2'.repeat(64);
      writeFileSync(join(images, other), png(4, 4, Buffer.alloc(20)));
      const refused = [
        keep(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')),
        keep(Buffer.from('<html><script>alert(1)</script></html>')),
        keep(png(0x7fff, 0x7fff, Buffer.alloc(10))),
        keep(Buffer.concat([png(4, 4, Buffer.alloc(20)), Buffer.alloc(3 * MIB)])),
        keep(Buffer.from('89504e470d0a1a0a', 'hex')),
        `sha256:${linked}`,
        `sha256:${pipe}`,
        `sha256:${other}`,
        'sha256:../secret.png',
        '../secret.png',
        `sha256:${'3'.repeat(64)}`,
      ];
      for (const digest of refused) {
        const found = await readKeptImage(folder, digest);
        insist(found === undefined, `${digest} was shown as ${found?.mediaType}`);
      }
      const fine = await readKeptImage(folder, keep(png(2, 2, Buffer.alloc(6))));
      insist(fine?.mediaType === 'image/png', 'a picture was not shown');
      return `${refused.length} are not shown`;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Rows 350 to 354: files of records, and the pictures among them. */
export const attachmentRows: readonly Attack[] = [
  ...Object.entries(PICTURES).map(pictureAttack),
  ...handles,
  paths,
  swapped,
  shown,
];
