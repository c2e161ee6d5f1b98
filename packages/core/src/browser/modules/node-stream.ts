/** The parts of Node's readable streams that this host uses: chunks to read, and closing early. */
export class Readable {
  readonly #chunks: AsyncIterator<Uint8Array>;

  readonly #cancel: () => void;

  constructor(source: AsyncIterable<Uint8Array>, cancel: () => void = () => {}) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#cancel = cancel;
  }

  static from(source: AsyncIterable<Uint8Array>): Readable {
    return new Readable(source);
  }

  /** Errors reach the reader; there are no other events. */
  on(): this {
    return this;
  }

  destroy(): void {
    this.#cancel();
    // The result is ignored.
    this.#chunks.return?.().catch(() => {});
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#chunks;
  }
}
