import { createHash } from 'node:crypto';

import type { RunSegment, RunStore, RunWriter } from '@testbench/types/stores';
import { afterEach, describe, expect, it } from 'vitest';

/** How the suite gets the stores that it tests. */
export interface RunStoreSubject {
  /** Opens an empty store. */
  readonly open: () => RunStore | Promise<RunStore>;
  /** Changes one byte in the middle of a stored segment; left out if only the store can do that. */
  readonly damage?: (store: RunStore, run: string, segment: RunSegment) => Promise<void>;
}

const RUN = 'run-0123456789ab';

async function collect(rows: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Tests that an implementation keeps the contract of `RunStore`. */
export function testRunStore(name: string, { open, damage }: RunStoreSubject): void {
  const writers: RunWriter[] = [];
  const write = async (store: RunStore, run = RUN): Promise<RunWriter> => {
    const writer = await store.open(run);
    writers.push(writer);
    return writer;
  };
  const add = async (
    writer: RunWriter,
    from: number,
    to: number,
    rows: readonly string[],
  ): Promise<RunSegment> => {
    const segment = await writer.begin(from);
    for (const row of rows) await segment.write(row);
    return await segment.complete(to);
  };
  afterEach(async () => {
    for (const writer of writers.splice(0)) await writer.close();
  });

  describe(`${name}, as a RunStore`, () => {
    it('says its version', async () => {
      expect((await open()).specificationVersion).toBe('v1');
    });

    it('has nothing at first', async () => {
      const store = await open();
      expect(await store.list()).toEqual([]);
      expect(await store.read(RUN)).toBeUndefined();
      const writer = await write(store);
      expect(writer.segments).toEqual([]);
      expect(writer.repairs).toEqual([]);
      expect(await writer.document('plan')).toBeUndefined();
    });

    it('gives the rows of a segment as they were written', async () => {
      const store = await open();
      const rows = ['{"a":1}', '{"ü":"\\n"}', '{}', `{"long":"${'x'.repeat(200_000)}"}`, '[]'];
      const segment = await add(await write(store), 0, 3, rows);
      const bytes = Buffer.from(rows.map((row) => `${row}\n`).join(''));
      expect(segment).toEqual({
        from: 0,
        to: 3,
        rows: 5,
        bytes: bytes.length,
        digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      });
      const reader = await store.read(RUN);
      expect(reader?.segments).toEqual([segment]);
      expect(await collect(reader!.rows(segment))).toEqual(rows);
      expect(await store.list()).toEqual([RUN]);
    });

    it('keeps a segment without rows', async () => {
      const store = await open();
      const segment = await add(await write(store), 0, 2, []);
      expect(segment).toMatchObject({ from: 0, to: 2, rows: 0, bytes: 0 });
      expect(await collect((await store.read(RUN))!.rows(segment))).toEqual([]);
    });

    it('lists segments in the order of their records, whatever the order of their writing', async () => {
      const store = await open();
      const writer = await write(store);
      for (const from of [20, 0, 1000, 10]) await add(writer, from, from + 10, [`${from}`]);
      const froms = [0, 10, 20, 1000];
      expect(writer.segments.map(({ from }) => from)).toEqual(froms);
      expect((await store.read(RUN))?.segments.map(({ from }) => from)).toEqual(froms);
    });

    it('shows nothing of a segment that is not complete, nor of one that was taken back', async () => {
      const store = await open();
      const writer = await write(store);
      const segment = await writer.begin(0);
      await segment.write('1');
      expect((await store.read(RUN))?.segments).toEqual([]);
      await segment.discard();
      expect((await store.read(RUN))?.segments).toEqual([]);
      await add(writer, 0, 1, ['2']);
      await segment.discard();
      expect(writer.segments).toHaveLength(1);
    });

    it('has its segments after closing and opening', async () => {
      const store = await open();
      const writer = await write(store);
      const first = await add(writer, 0, 1, ['a']);
      await writer.close();
      const again = await write(store);
      expect(again.segments).toEqual([first]);
      const second = await add(again, 1, 2, ['b']);
      expect((await store.read(RUN))?.segments).toEqual([first, second]);
    });

    it('takes segments out, so that their records can be written again', async () => {
      const store = await open();
      const writer = await write(store);
      const first = await add(writer, 0, 5, ['a']);
      const second = await add(writer, 5, 9, ['b']);
      await writer.remove([first]);
      expect(writer.segments).toEqual([second]);
      expect((await store.read(RUN))?.segments).toEqual([second]);
      const other = await add(writer, 0, 3, ['c']);
      const last = await add(writer, 3, 5, ['d']);
      expect((await store.read(RUN))?.segments).toEqual([other, last, second]);
      expect(await collect(writer.rows(other))).toEqual(['c']);
    });

    it('keeps the last text of a document', async () => {
      const store = await open();
      const writer = await write(store);
      await writer.writeDocument('summary', 'one');
      await writer.writeDocument('summary', 'zwölf\n');
      expect(await writer.document('summary')).toBe('zwölf\n');
      expect(await (await store.read(RUN))!.document('summary')).toBe('zwölf\n');
      expect(await writer.document('plan')).toBeUndefined();
    });

    it('lets one writer in at a time', async () => {
      const store = await open();
      const writer = await write(store);
      await expect(store.open(RUN)).rejects.toBeInstanceOf(Error);
      await write(store, 'another-one');
      await writer.close();
      await write(store);
      expect(await store.list()).toEqual(['another-one', RUN]);
    });

    it.runIf(damage !== undefined)('tells a segment that is not what it was', async () => {
      const store = await open();
      const segment = await add(await write(store), 0, 1, ['{"a":1}', '{"b":2}']);
      await damage!(store, RUN, segment);
      const reader = await store.read(RUN);
      await expect(collect(reader!.rows(segment))).rejects.toThrow(segment.digest);
    });
  });
}
