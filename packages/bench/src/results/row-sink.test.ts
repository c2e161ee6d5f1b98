import type { RunSegmentWriter, RunWriter } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

import { SEGMENT_RECORDS } from './limits.js';
import { RowSink } from './row-sink.js';

/** A run whose segments cannot be completed. */
function fullDisk(): { writer: RunWriter; begun: number[]; discarded: number[] } {
  const begun: number[] = [];
  const discarded: number[] = [];
  const begin = async (from: number): Promise<RunSegmentWriter> => {
    begun.push(from);
    return {
      write: async () => {},
      complete: async () => Promise.reject(new Error('no room')),
      discard: async () => void discarded.push(from),
    };
  };
  return { writer: { begin } as unknown as RunWriter, begun, discarded };
}

describe('RowSink', () => {
  it('gives back every segment that it began, also those that could not be completed', async () => {
    const { writer, begun, discarded } = fullDisk();
    const sink = new RowSink(writer);
    const fill = async (): Promise<void> => {
      for (let record = 0; record < SEGMENT_RECORDS * 3; record += 1) await sink.add(record, []);
      await sink.flush();
    };
    await expect(fill()).rejects.toThrow('no room');
    await sink.discard();
    expect(begun.length).toBeGreaterThan(0);
    expect(discarded.toSorted((a, b) => a - b)).toEqual(begun);
  });
});
