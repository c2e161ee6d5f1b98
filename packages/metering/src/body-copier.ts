// oxlint-disable typescript/no-unsafe-enum-comparison -- events are numbers where they come from: typed arrays
import { ByteReader, type ByteWriter, InstructionCursor } from '@testbench/wasm';

import { EventKind, type EventList } from './function-events.js';
import { WrappedLoops } from './wrapped-loops.js';

/** Copies the code of functions piece by piece, with labels adjusted to the blocks around wrapped loops. */
export class BodyCopier {
  readonly loops = new WrappedLoops();
  /** Everything before this offset of the original has been written or left out. */
  copied = 0;
  readonly #cursor: InstructionCursor;

  constructor(
    readonly bytes: Uint8Array,
    readonly events: EventList,
    readonly out: ByteWriter,
  ) {
    this.#cursor = new InstructionCursor(bytes, 0, 0);
  }

  to(offset: number): void {
    if (offset > this.copied) {
      this.out.copy(this.bytes, this.copied, offset);
      this.copied = offset;
    }
  }

  /** The instruction of an event, valid until the next one is read. */
  read(event: number): InstructionCursor {
    const { events } = this;
    const cursor = this.#cursor;
    cursor.reset(events.start(event), events.end(event)).next();
    return cursor;
  }

  /** Writes a branch whose labels must change; leaves others to {@link to}. */
  branch(event: number, kind: number): void {
    const { events, out, loops, bytes } = this;
    if (loops.count === 0) return;
    if (kind === EventKind.Br || kind === EventKind.BrIf) {
      const shift = loops.shift(events.link(event));
      if (shift === 0) return;
      this.to(events.argument(event));
      const reader = new ByteReader(bytes, events.argument(event));
      out.u32(reader.u32('label') + shift);
      this.copied = reader.offset;
    } else if (kind === EventKind.BrTable) {
      const cursor = this.read(event);
      this.to(cursor.immediateOffset);
      let label = event;
      cursor.forEachLabel((depth) => {
        label += 1;
        out.u32(depth + loops.shift(events.link(label)));
      });
      this.copied = events.end(event);
    }
  }
}
