/** Bounds the bytes that are in memory at a time; who asks first is let in first. */
export class LoadingGate {
  readonly #maxBytes: number;
  #bytes = 0;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  /** @param maxBytes At least as many as one asks for. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Runs `work` once its bytes fit. */
  async hold<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const wanted = Math.min(bytes, this.#maxBytes);
    if (this.#waiting.length > 0 || this.#bytes + wanted > this.#maxBytes) {
      await new Promise<void>((enter) => this.#waiting.push({ bytes: wanted, enter }));
    } else {
      this.#bytes += wanted;
    }
    try {
      return await work();
    } finally {
      this.#bytes -= wanted;
      this.#admit();
    }
  }

  #admit(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || this.#bytes + first.bytes > this.#maxBytes) return;
      this.#waiting.shift();
      this.#bytes += first.bytes;
      first.enter();
    }
  }
}
