import { ServeError } from '../errors.js';

/** Bounds the bodies that are held at a time, over all requests. */
export class HeldBytes {
  readonly #max: number;
  #held = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** The part of one request. */
  open(): { add(bytes: number): void; release(): void } {
    let own = 0;
    return {
      add: (bytes) => {
        if (this.#held + bytes > this.#max) {
          throw new ServeError('SERVE_BUSY', 'Cannot answer: other requests hold all the room');
        }
        this.#held += bytes;
        own += bytes;
      },
      release: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}
