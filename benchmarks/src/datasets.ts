// How much memory and time a data set of a million records takes, by format; each in a separate process.
import { execFileSync } from 'node:child_process';
// oxlint-disable-next-line no-restricted-imports -- an error may end this program
import * as fs from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';

import { openDataset, parseDatasetConfig } from '@testbench/bench/dataset';
import { parquetWriteBuffer } from 'hyparquet-writer';

import { cpuMs } from './statistics.ts';

const SMALL = 100_000;
const LARGE = 1_000_000;
/** Rows in a group, as DuckDB writes them. */
const GROUP_ROWS = 122_880;

interface Row {
  readonly id: string;
  readonly input: string;
  readonly expected: string;
}

interface Measured {
  readonly records: number;
  readonly rssMiB: number;
  readonly openCpuMs: number;
  readonly readCpuMs: number;
}

const rowOf = (index: number): Row => ({
  id: `record-${index}`,
  input: `What is ${index} times 3, and why does it matter to "anyone", or no one at all?`,
  expected: String(3 * index),
});

function* rows(count: number): Generator<Row> {
  for (let index = 0; index < count; index += 1) yield rowOf(index);
}

/** Pieces of many records: writing one record at a time would take minutes. */
function* texts(count: number, format: (row: Row) => string): Generator<string> {
  let piece = '';
  for (const row of rows(count)) {
    piece += format(row);
    if (piece.length < 256 * 1024) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

const jsonLine = (row: Row): string => `${JSON.stringify(row)}\n`;
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function* jsonList(count: number): Generator<string> {
  yield '[';
  let isFirst = true;
  for (const text of texts(count, (row) => `,${JSON.stringify(row)}`)) {
    yield isFirst ? text.slice(1) : text;
    isFirst = false;
  }
  yield ']\n';
}

function* csv(count: number): Generator<string> {
  yield 'id,input,expected\n';
  yield* texts(count, (row) => `${Object.values(row).map(quote).join(',')}\n`);
}

/** The writer takes whole columns. */
function parquet(count: number): Uint8Array {
  const all = [...rows(count)];
  const columnData = (['id', 'input', 'expected'] as const).map((name) => ({
    name,
    data: all.map((row) => row[name]),
    type: 'STRING' as const,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: GROUP_ROWS }));
}

const FORMATS: Readonly<Record<string, (count: number) => Iterable<string | Uint8Array>>> = {
  jsonl: (count) => texts(count, jsonLine),
  'jsonl.gz': (count) => texts(count, jsonLine),
  json: jsonList,
  csv,
  parquet: (count) => [parquet(count)],
};

async function write(path: string, content: Iterable<string | Uint8Array>): Promise<void> {
  const source = Readable.from(content);
  if (path.endsWith('.gz'))
    await pipeline(source, createGzip({ level: 1 }), fs.createWriteStream(path));
  else await pipeline(source, fs.createWriteStream(path));
}

/** The peak memory of this process. The system's other figures include memory of the parent. */
function peakMiB(): number {
  const status = fs.readFileSync('/proc/self/status', 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** In a separate process. */
async function measure(path: string, shuffle: boolean): Promise<Measured> {
  const start = cpuMs();
  await using dataset = await openDataset(parseDatasetConfig({ path, shuffle }));
  const opened = cpuMs();
  let records = 0;
  for await (const { input } of dataset.records()) if (input !== '') records += 1;
  return {
    records,
    rssMiB: peakMiB(),
    openCpuMs: opened - start,
    readCpuMs: cpuMs() - opened,
  };
}

/** The baseline: what reading and parsing every line costs without a data set. */
async function plain(path: string): Promise<Measured> {
  const start = cpuMs();
  let records = 0;
  for await (const line of createInterface({ input: fs.createReadStream(path) })) {
    if ((JSON.parse(line) as Row).input !== '') records += 1;
  }
  const rssMiB = peakMiB();
  return { records, rssMiB, openCpuMs: 0, readCpuMs: cpuMs() - start };
}

function inChild(...args: readonly string[]): Measured {
  const script = fileURLToPath(import.meta.url);
  const out = execFileSync(process.execPath, ['--no-warnings', script, ...args]);
  return JSON.parse(out.toString()) as Measured;
}

async function report(): Promise<void> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'testbench-datasets-'));
  const line = (name: string, small: Measured, large: Measured, baseMs: number): void => {
    const { rssMiB, openCpuMs, readCpuMs, records } = large;
    const cells = [
      name.padEnd(20),
      `${small.rssMiB.toFixed(0)} -> ${rssMiB.toFixed(0)} MiB`.padStart(18),
      `${(((rssMiB - small.rssMiB) * 1024 * 1024) / (LARGE - SMALL)).toFixed(1)} B a record`.padStart(
        20,
      ),
      `open ${((openCpuMs / records) * 1000).toFixed(2)} us`.padStart(16),
      `read ${((readCpuMs / records) * 1000).toFixed(2)} us`.padStart(16),
      `${((openCpuMs + readCpuMs) / baseMs).toFixed(2)}x`.padStart(8),
    ];
    console.log(cells.join(''));
  };
  try {
    console.log(
      `peak memory at ${SMALL} and ${LARGE} records; CPU time a record, and compared with a plain loop over lines`,
    );
    let baseMs = Number.NaN;
    for (const [format, content] of Object.entries(FORMATS)) {
      const [small, large] = [SMALL, LARGE].map((count) => join(folder, `${count}.${format}`));
      await write(small!, content(SMALL));
      await write(large!, content(LARGE));
      if (format === 'jsonl') {
        const base = inChild('plain', large!);
        baseMs = base.readCpuMs;
        line('plain loop', inChild('plain', small!), base, baseMs);
      }
      for (const order of ['in order', 'shuffled']) {
        line(`${format}, ${order}`, inChild(order, small!), inChild(order, large!), baseMs);
      }
      console.log(`  ${(fs.statSync(large!).size / 1024 / 1024).toFixed(0)} MiB`);
      fs.rmSync(small!);
      fs.rmSync(large!);
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const [order, path] = process.argv.slice(2);
if (path === undefined) await report();
else {
  const measured =
    order === 'plain' ? await plain(path) : await measure(path, order === 'shuffled');
  console.log(JSON.stringify(measured));
}
