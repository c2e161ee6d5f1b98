// oxlint-disable-next-line no-restricted-imports -- a pipeline hears its errors
import { createWriteStream, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { type Attack, insist } from '../attack.ts';
import { measureChild } from '../measure-child.ts';
import { HOSTILE_PARQUET } from '../modules/hostile-parquet.ts';

/** In the reading process: a line of 16 MiB of brackets takes sixty times its length. */
const MAX_RSS_MB = 1_000;
const MAX_WALL_MS = 30_000;
const MIB = 1024 * 1024;

interface Opened {
  readonly code?: string;
  readonly message?: string;
}

function dataAttack(
  name: string,
  state: string,
  write: (folder: string) => string | Promise<string>,
): Attack {
  const run = async (): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
    try {
      const path = await write(folder);
      const { result, rssMb, wallMs } = await measureChild(
        'open-dataset',
        [path],
        MAX_WALL_MS + 5_000,
      );
      const { code, message } = result as Opened;
      insist(code === 'BENCH_DATASET_INVALID', `it came to ${JSON.stringify(result)}`);
      insist(message!.includes(state), message!);
      insist(rssMb < MAX_RSS_MB, `it took ${rssMb.toFixed(0)} MB`);
      insist(wallMs < MAX_WALL_MS, `it took ${wallMs.toFixed(0)} ms`);
      return `${(message ?? '').split(': ').slice(1).join(': ')} (${wallMs.toFixed(0)} ms, ${rssMb.toFixed(0)} MB)`;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return { row: 195, name, modes: ['host'], run };
}

function fileOf(name: string, content: () => string | Uint8Array) {
  return (folder: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content());
    return path;
  };
}

/** A gzip file of one piece, repeated. */
function bombOf(name: string, piece: Uint8Array, times: number) {
  return async (folder: string): Promise<string> => {
    const path = join(folder, name);
    const pieces = Array.from({ length: times }, () => piece);
    await pipeline(Readable.from(pieces), createGzip({ level: 9 }), createWriteStream(path));
    return path;
  };
}

const deep = (brackets: number): string =>
  `{"input":${'['.repeat(brackets)}${']'.repeat(brackets)}}`;

/** Row 195: data sets that cost more than their length suggests. */
export const dataSets: readonly Attack[] = [
  ...Object.entries(HOSTILE_PARQUET).map(([name, make]) =>
    dataAttack(`Parquet: ${name}`, 'expected a whole Parquet file', fileOf('data.parquet', make)),
  ),
  dataAttack('a line without end', 'the line is longer', (folder) => {
    const path = join(folder, 'data.jsonl');
    symlinkSync('/dev/zero', path);
    return path;
  }),
  dataAttack(
    'gzip: a line without end',
    'the line is longer',
    bombOf('data.jsonl.gz', Buffer.alloc(MIB, 0x61), 512),
  ),
  dataAttack(
    'gzip: blank lines without end',
    'it becomes more',
    bombOf('data.jsonl.gz', Buffer.alloc(MIB, 0x0a), 512),
  ),
  dataAttack(
    'gzip: a list of blanks without end',
    'it becomes more',
    bombOf('data.json.gz', Buffer.alloc(MIB, 0x20), 512),
  ),
  dataAttack(
    'a line that nests deep',
    'deeper than 64',
    fileOf('data.jsonl', () => deep(5e6)),
  ),
  dataAttack(
    'a list that nests deep',
    'deeper than 64',
    fileOf('data.json', () => `[${deep(5e6)}]`),
  ),
  dataAttack(
    'a record of a list without end',
    'the record is longer',
    fileOf('data.json', () => `[{"input":[${'1,'.repeat(20e6)}`),
  ),
  dataAttack(
    'CSV: columns without end',
    'columns',
    fileOf('data.csv', () => 'a,'.repeat(4e6)),
  ),
  dataAttack(
    'CSV: a field without end',
    'the record is longer',
    fileOf('data.csv', () => `input\n"${'a\n'.repeat(20e6)}`),
  ),
];
