import type { RunRange, RunSegment } from '@testbench/types/stores';

import type { ResultRow } from '../results/result-row.js';

/** Rows held until those before them have come, as characters of their texts: some forty shards, which take a few times as much as objects. */
const MAX_HELD_CHARACTERS = 32 * 1024 * 1024;

/** Where ranges come from that are not held, and where their rows go. */
export interface OrderedRangesOptions {
  /** The complete segments of the run, in order. */
  readonly segments: () => readonly RunSegment[];
  /** The records of a complete segment, as read from disk. */
  readonly read: (segment: RunSegment) => AsyncIterable<readonly ResultRow[]>;
  /** Gets the rows of each record, in order. */
  readonly onRecord: (rows: readonly ResultRow[]) => Promise<void> | undefined;
  /** Called after each range: lets signals and timers of this thread run, and throws if the run was cancelled. */
  readonly pause: () => Promise<void>;
  /** @default 32 Mi */
  readonly maxHeldCharacters?: number;
}

interface HeldRange extends RunRange {
  readonly records: readonly (readonly ResultRow[])[];
  readonly characters: number;
}

/**
 * Hands on the rows of ranges that come in any order in the order of their records. Rows that come early are held if there is room, so
 * that they need not be read and parsed again; others are read from disk when it is their turn.
 */
export class OrderedRanges {
  readonly #options: OrderedRangesOptions;
  readonly #held = new Map<number, HeldRange>();
  #heldCharacters = 0;
  #next = 0;
  #turns: Promise<void> = Promise.resolve();

  constructor(options: OrderedRangesOptions) {
    this.#options = options;
  }

  /** Adds a range that is on disk. Settles when everything that can follow has been handed on. */
  async add(
    { from, to }: RunRange,
    records: readonly (readonly ResultRow[])[],
    characters: number,
  ): Promise<void> {
    const { maxHeldCharacters = MAX_HELD_CHARACTERS } = this.#options;
    const hasRoom = this.#heldCharacters + characters <= maxHeldCharacters;
    if (from >= this.#next && (from === this.#next || hasRoom)) {
      this.#held.set(from, { from, to, records, characters });
      this.#heldCharacters += characters;
    }
    await this.flush();
  }

  /** Hands on all ranges up to the first that is missing. */
  async flush(): Promise<void> {
    const turn = this.#turns.then(async () => await this.#handOn());
    this.#turns = turn.catch(() => {});
    await turn;
  }

  async #handOn(): Promise<void> {
    const { read, onRecord, pause } = this.#options;
    for (;;) {
      const held = this.#take();
      const segment = held ?? segmentAt(this.#options.segments(), this.#next);
      if (segment === undefined) return;
      if (held === undefined) {
        for await (const rows of read(segment as RunSegment)) await onRecord(rows);
      } else {
        for (const rows of held.records) {
          const told = onRecord(rows);
          if (told !== undefined) await told;
        }
      }
      // The range may have been added while it was read from disk.
      if (held === undefined) this.#take();
      this.#next = segment.to;
      await pause();
    }
  }

  #take(): HeldRange | undefined {
    const held = this.#held.get(this.#next);
    if (held === undefined) return undefined;
    this.#held.delete(this.#next);
    this.#heldCharacters -= held.characters;
    return held;
  }
}

/** The segment that begins at a record: a run may have a million. */
function segmentAt(segments: readonly RunSegment[], from: number): RunSegment | undefined {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.from < from) low = middle + 1;
    else high = middle;
  }
  const found = segments[low];
  return found?.from === from ? found : undefined;
}
