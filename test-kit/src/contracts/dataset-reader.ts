import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { DatasetEntry, DatasetInput, DatasetReader } from '@testbench/types/stores';
import { afterEach, describe, expect, it } from 'vitest';

/** A record of texts. */
type TextRecord = Readonly<Record<string, string>>;

/** How the suite gets the readers that it tests. */
export interface DatasetReaderSubject {
  readonly open: () => DatasetReader;
  /** A file with these records. Their texts differ and contain no line ends. */
  readonly encode: (records: readonly TextRecord[]) => Uint8Array | Promise<Uint8Array>;
  /** Fields that a record may have. @default input and expected */
  readonly fields?: readonly string[];
  /** A file that is broken after this many records, the first of those that `encode` gets. Left out if all bytes are valid. */
  readonly broken?: (records: readonly TextRecord[]) => Uint8Array | Promise<Uint8Array>;
  /** The reader asks for a file instead of a stream. @default false */
  readonly needsFile?: boolean;
}

/** Records that differ, with texts of several kinds. */
const CONTENT: readonly TextRecord[] = [
  { input: 'How many?', expected: '42' },
  { input: 'Zürich, or 東京? 😀', expected: 'a "quoted", listed; one' },
  { input: "it's \\ a | slash", expected: '{"a": [1]}' },
];

/** Tests that an implementation keeps the contract of `DatasetReader`. */
export function testDatasetReader(name: string, subject: DatasetReaderSubject): void {
  const { open, encode, fields = ['input', 'expected'], broken, needsFile = false } = subject;
  const cut = (record: TextRecord): TextRecord =>
    Object.fromEntries(fields.map((field) => [field, record[field]!]));
  const records = CONTENT.map(cut);
  const many = Array.from({ length: 20_000 }, (_, index) =>
    cut({ input: `question ${index}`, expected: `answer ${index}` }),
  );

  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  /** Bytes, and a log of how they were read. */
  const inputOf = (bytes: Uint8Array, chunkBytes = bytes.length) => {
    const seen = { asked: false, given: 0, ended: false, path: '' };
    const input: DatasetInput = {
      async *bytes() {
        seen.asked = true;
        try {
          for (; seen.given < bytes.length;) {
            const chunk = bytes.slice(seen.given, seen.given + chunkBytes);
            seen.given += chunk.length;
            yield chunk;
          }
        } finally {
          seen.ended = true;
        }
      },
      async file() {
        seen.asked = true;
        const folder = await mkdtemp(join(tmpdir(), 'testbench-reader-'));
        folders.push(folder);
        seen.path = join(folder, 'data');
        await writeFile(seen.path, bytes);
        return seen.path;
      },
    };
    return { input, seen };
  };

  const collect = async (input: DatasetInput, reader = open()): Promise<DatasetEntry[]> => {
    const entries: DatasetEntry[] = [];
    for await (const entry of reader.read(input, {})) entries.push(entry);
    return entries;
  };

  describe(`${name}, as a DatasetReader`, () => {
    it('says its version, its name, and what it counts', () => {
      const { specificationVersion, name: format, extensions, placeUnit } = open();
      expect(specificationVersion).toBe('v1');
      expect(format).toMatch(/^[a-z0-9][a-z0-9-]*$/);
      expect(placeUnit).toMatch(/^[a-z]+$/);
      for (const extension of extensions) expect(extension).toMatch(/^(\.[a-z0-9]+)+$/);
    });

    it.each(needsFile ? [Infinity] : [1, 2, 5, 13, 4096])(
      'gives the records in order, from chunks of %d bytes',
      async (chunkBytes) => {
        const bytes = await encode(records);
        const { input } = inputOf(bytes, Math.min(chunkBytes, bytes.length));
        const found = await collect(input);
        expect(found.map(({ record }) => record)).toEqual(records);
      },
    );

    it('says where each record stands: places rise from 1', async () => {
      const found = await collect(inputOf(await encode(records)).input);
      let last = 0;
      for (const { place } of found) {
        expect(Number.isSafeInteger(place)).toBe(true);
        expect(place).toBeGreaterThan(last);
        last = place;
      }
    });

    it('has nothing to give of a file without records', async () => {
      expect(await collect(inputOf(await encode([])).input)).toEqual([]);
    });

    it('reads nothing before it is asked for the first record', async () => {
      const { input, seen } = inputOf(await encode(records));
      const entries = open().read(input, {})[Symbol.asyncIterator]();
      await Promise.resolve();
      expect(seen.asked).toBe(false);
      await entries.return?.();
    });

    it('gives all records of a long file', async () => {
      const found = await collect(inputOf(await encode(many), 4096).input);
      expect(found).toHaveLength(many.length);
      const some = [...many.keys()].filter((index) => index % 997 === 0);
      for (const index of some) expect(found[index]?.record).toEqual(many[index]);
    });

    if (!needsFile) {
      it('gives the first record before it has read the last, and lets go when that is all', async () => {
        const { input, seen } = inputOf(await encode(many), 4096);
        for await (const { record } of open().read(input, {})) {
          expect(record).toEqual(many[0]);
          break;
        }
        expect(seen.given).toBeLessThan((await encode(many)).length / 2);
        expect(seen.ended).toBe(true);
      });
    }

    it('keeps nothing from one file to the next, and reads two at a time', async () => {
      const reader = open();
      const bytes = await encode(records);
      const [first, second] = await Promise.all([
        collect(inputOf(bytes, 5).input, reader),
        collect(inputOf(bytes, 7).input, reader),
      ]);
      expect(first).toEqual(second);
      expect(first).toHaveLength(records.length);
    });

    it('leaves its input as it is', async () => {
      const bytes = await encode(records);
      const before = Uint8Array.from(bytes);
      const { input, seen } = inputOf(bytes);
      await collect(input);
      const after = needsFile ? await readFile(seen.path) : bytes;
      expect(Buffer.compare(after, before)).toBe(0);
    });

    it('knows its own files, if it looks at first bytes, and bears any others', async () => {
      const reader = open();
      const looks = (start: Uint8Array): unknown => reader.matches?.(start) ?? true;
      expect(looks((await encode(records)).subarray(0, 4096))).toBe(true);
      const others = [[], [0], [0xff, 0xfe, 0x7b], [0xef, 0xbb], [0x20, 0x0a]];
      for (const other of others) expect(looks(Uint8Array.from(other))).toBeTypeOf('boolean');
    });

    it('bears any bytes: records, or a DatasetFormatError', async () => {
      const whole = await encode(records);
      const damaged = Array.from({ length: 60 }, (_, index) => {
        const bytes = Uint8Array.from(whole);
        const at = Math.floor((index * bytes.length) / 60);
        bytes[at] = bytes[at]! ^ (1 << (index % 8));
        return index % 3 === 0 ? bytes.subarray(0, at) : bytes;
      });
      for (const bytes of [...damaged, Uint8Array.of(0), new Uint8Array(100).fill(0xff)]) {
        const outcome: unknown = await collect(inputOf(bytes).input).then(
          () => 'records',
          (error: { readonly code?: unknown }) => error.code ?? error,
        );
        expect(['records', 'DATASET_FORMAT']).toContain(outcome);
      }
    });

    if (broken !== undefined) {
      it('throws a DatasetFormatError behind the records that are right', async () => {
        const found: unknown[] = [];
        const read = async (): Promise<void> => {
          const { input } = inputOf(await broken(records), 64 * 1024);
          for await (const { record } of open().read(input, {})) found.push(record);
        };
        await expect(read()).rejects.toMatchObject({ code: 'DATASET_FORMAT' });
        expect(found).toEqual(records);
      });
    }
  });
}
