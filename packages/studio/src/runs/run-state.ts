import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { ConfigNode } from '@testbench/types/config';

import { openOrdinary, readSmall } from '../project/ordinary-file.js';

/** The state of a run as seen from outside the process that writes it. */
export interface RunState {
  /** Records whose rows are complete. */
  readonly records: number;
  /** Rows after them that are already written. */
  readonly rowsUnderWay: number;
  /** True while a process on this machine writes it. */
  readonly isRunning: boolean;
  /** ISO 8601, UTC: time of the last write. */
  readonly writtenAt: string;
}

const TEMPORARY = /^\.testbench-.*\.tmp$/;
/** A manifest has 150 bytes for 1,000 records. */
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;
const MAX_LOCK_BYTES = 4096;
/** Bytes read at a time of a segment file that is being written. */
const CHUNK_BYTES = 1024 * 1024;
/** Maximum bytes counted: a segment is complete long before. */
const MAX_COUNTED_BYTES = 256 * 1024 * 1024;

/** Counts the rows of growing files, reading each byte once. */
export class RunWatch {
  readonly #folder: string;
  readonly #counted = new Map<string, { bytes: number; rows: number }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The current state of the run. */
  async look(): Promise<RunState> {
    const manifest = join(this.#folder, 'manifest.json');
    const [records, isRunning, written, rowsUnderWay] = await Promise.all([
      countRecords(manifest),
      hasWriter(join(this.#folder, 'lock')),
      stat(manifest).then(
        ({ mtime }) => mtime,
        () => new Date(0),
      ),
      this.#countRows(),
    ]);
    return { records, isRunning, writtenAt: written.toISOString(), rowsUnderWay };
  }

  async #countRows(): Promise<number> {
    const segments = join(this.#folder, 'segments');
    const names = (await readdir(segments).catch(() => [])).filter((name) => TEMPORARY.test(name));
    for (const name of this.#counted.keys()) if (!names.includes(name)) this.#counted.delete(name);
    let rows = 0;
    for (const name of names) rows += await this.#countFile(join(segments, name), name);
    return rows;
  }

  async #countFile(path: string, name: string): Promise<number> {
    const known = this.#counted.get(name) ?? { bytes: 0, rows: 0 };
    const file = await openOrdinary(path);
    if (file === undefined) return 0;
    try {
      const buffer = Buffer.alloc(CHUNK_BYTES);
      while (known.bytes < MAX_COUNTED_BYTES) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, known.bytes);
        if (bytesRead === 0) break;
        for (
          let at = buffer.indexOf(10);
          at !== -1 && at < bytesRead;
          at = buffer.indexOf(10, at + 1)
        ) {
          known.rows += 1;
        }
        known.bytes += bytesRead;
      }
    } finally {
      await file.close();
    }
    this.#counted.set(name, known);
    return known.rows;
  }
}

/** Reads only the data that the page shows during the run: `readRun` checks the rest when the run is opened. */
async function countRecords(manifest: string): Promise<number> {
  try {
    const found = new ConfigNode(JSON.parse((await readSmall(manifest, MAX_MANIFEST_BYTES)) ?? ''));
    const segments = found.object()['segments'];
    return new ConfigNode(segments).list().reduce((sum, segment) => {
      const { from, to } = segment.object();
      return sum + new ConfigNode(to).wholeNumber(0) - new ConfigNode(from).wholeNumber(0);
    }, 0);
  } catch {
    return 0;
  }
}

async function hasWriter(lock: string): Promise<boolean> {
  try {
    const { host, pid } = new ConfigNode(
      JSON.parse((await readSmall(lock, MAX_LOCK_BYTES)) ?? ''),
    ).object();
    if (host !== hostname() || typeof pid !== 'number' || !(pid > 0)) return false;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process is alive, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
