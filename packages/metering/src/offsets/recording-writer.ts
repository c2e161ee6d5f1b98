import { ByteWriter } from '@testbench/wasm';

/** Records what is copied from a module, so that the origin of each byte of a metered body is known. */
export class RecordingWriter extends ByteWriter {
  /** For each piece: its start in the body being written, its start in the module, and its length. */
  readonly pieces: number[] = [];
  /** For each body: the number of pieces up to and including its own. */
  readonly ends: number[] = [];
  readonly #source: Uint8Array;

  /** @param source The module. */
  constructor(source: Uint8Array) {
    super();
    this.#source = source;
  }

  override copy(source: Uint8Array, start: number, end: number): this {
    if (source.buffer === this.#source.buffer && end > start) {
      this.#note(this.length, start + source.byteOffset - this.#source.byteOffset, end - start);
    }
    return super.copy(source, start, end);
  }

  /** Called for each body once it is complete. */
  override view(): Uint8Array {
    this.ends.push(this.pieces.length / 3);
    return super.view();
  }

  /** Merges pieces that are adjacent in both. */
  #note(at: number, from: number, length: number): void {
    const { pieces } = this;
    const last = pieces.length - 3;
    const [lastAt = 0, lastFrom = 0, lastLength = 0] = pieces.slice(-3);
    const isNext = last >= 0 && lastAt + lastLength === at && lastFrom + lastLength === from;
    if (isNext) pieces[last + 2]! += length;
    else pieces.push(at, from, length);
  }
}
