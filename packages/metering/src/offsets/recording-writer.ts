import { ByteWriter } from '@testbench/wasm';

/** Notes what is copied from a module, so that it can be told of each byte of a metered body where it comes from. */
export class RecordingWriter extends ByteWriter {
  /** Of each piece: where it begins in the body that is written, where in the module, and its length. */
  readonly pieces: number[] = [];
  /** Of each body: how many pieces there are up to and with its own. */
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

  /** Taken of each body once it is complete. */
  override view(): Uint8Array {
    this.ends.push(this.pieces.length / 3);
    return super.view();
  }

  /** One piece behind the other, in both, is one with it. */
  #note(at: number, from: number, length: number): void {
    const { pieces } = this;
    const last = pieces.length - 3;
    const [lastAt = 0, lastFrom = 0, lastLength = 0] = pieces.slice(-3);
    const isNext = last >= 0 && lastAt + lastLength === at && lastFrom + lastLength === from;
    if (isNext) pieces[last + 2]! += length;
    else pieces.push(at, from, length);
  }
}
