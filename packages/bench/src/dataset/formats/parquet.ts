import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetEntry, DatasetInput, DatasetReader } from '@testbench/types/stores';

import {
  MAX_PARQUET_GROUP_BYTES,
  MAX_PARQUET_HEAP_MIB,
  MAX_PARQUET_METADATA_BYTES,
  MAX_PARQUET_SILENCE_MS,
} from '../limits.js';
import type { ParquetAnswer, ParquetTask } from './parquet-messages.js';
import { parseRecord } from './parse-record.js';

const LINE_FEED = 0x0a;

/**
 * Parquet, with all its usual compressions and encodings. Integers beyond 2^53 become texts, dates and times texts in ISO 8601, bytes
 * that are not UTF-8 base64; NaN becomes null, as usual in JSON.
 *
 * It is decoded in a separate process, because the sizes in such a file are only claims: a file that needs too much memory ends that
 * process. A thread is not enough: V8 ends the whole process when it cannot allocate an array in a thread.
 */
export const parquetReader: DatasetReader = {
  specificationVersion: 'v1',
  name: 'parquet',
  extensions: ['.parquet'],
  placeUnit: 'row',
  matches: (start) => Buffer.from(start.subarray(0, 4)).toString('latin1') === 'PAR1',
  read: readParquet,
};

async function* readParquet(input: DatasetInput): AsyncGenerator<DatasetEntry> {
  using decoder = new ParquetDecoder(await input.file());
  let place = 0;
  for (;;) {
    const answer = await decoder.next(place);
    if ('end' in answer) return;
    if ('problem' in answer) {
      throw new DatasetFormatError(`expected a whole Parquet file, ${answer.problem}`, answer.row);
    }
    const { lines } = answer;
    for (let start = 0; start < lines.length;) {
      const end = lines.indexOf(LINE_FEED, start);
      place += 1;
      yield { record: parseRecord(lines.subarray(start, end), place), place };
      start = end + 1;
    }
  }
}

/** Location of the process's code: next to this package's code; tests build it from source first. */
function childEntry(): string {
  const folder = import.meta.url.endsWith('.ts') ? '../../../build/dataset/formats' : '.';
  return fileURLToPath(new URL(`${folder}/parquet-child.js`, import.meta.url));
}

/** The process that decodes one file. */
class ParquetDecoder implements Disposable {
  readonly #child: ChildProcess;
  #settle: ((answer: ParquetAnswer | undefined) => void) | undefined;
  #hasEnded = false;

  constructor(path: string) {
    const task: ParquetTask = {
      path,
      maxGroupBytes: MAX_PARQUET_GROUP_BYTES,
      maxMetadataBytes: MAX_PARQUET_METADATA_BYTES,
    };
    this.#child = fork(childEntry(), [JSON.stringify(task)], {
      execArgv: [`--max-old-space-size=${MAX_PARQUET_HEAP_MIB}`],
      env: {},
      serialization: 'advanced',
      // What V8 prints when it runs out of memory is not helpful.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const end = (): void => {
      this.#hasEnded = true;
      this.#settle?.(undefined);
    };
    this.#child.on('message', (answer) => this.#settle?.(answer as ParquetAnswer));
    this.#child.on('exit', end);
    this.#child.on('error', end);
  }

  /** @param rows The rows so far, for the message if there is no answer. */
  async next(rows: number): Promise<ParquetAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<ParquetAnswer | 'silent' | undefined>((resolve) => {
      if (this.#hasEnded) {
        resolve(undefined);
        return;
      }
      this.#settle = resolve;
      timer = setTimeout(() => resolve('silent'), MAX_PARQUET_SILENCE_MS);
      this.#child.send('next', (error) => {
        if (error !== null) resolve(undefined);
      });
    });
    clearTimeout(timer);
    this.#settle = undefined;
    if (answer !== 'silent' && answer !== undefined) return answer;
    const what = rows === 0 ? 'its rows' : 'its next rows';
    const problem =
      answer === undefined
        ? `${what} take more than ${MAX_PARQUET_HEAP_MIB} MiB to decode; if it is not damaged, write it with smaller row groups`
        : `${what} are not decoded within ${MAX_PARQUET_SILENCE_MS / 1000} s`;
    return rows === 0 ? { problem } : { problem, row: rows + 1 };
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
