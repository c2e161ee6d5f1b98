import { type RandomSource, seededRandom } from '@testbench/host';

/**
 * Reproducible random numbers of an instance: each call draws from its own stream, so that the numbers depend neither
 * on the instance that serves it nor on the isolation.
 */
export class CallRandom {
  #source: RandomSource;

  constructor(readonly seed: number) {
    this.#source = seededRandom(seed);
  }

  readonly fill: RandomSource = (target) => this.#source(target);

  /** Starts the stream of the next call. @param stream 0 for `plugin_init`, then the number of the call. */
  restart(stream: number): void {
    this.#source = seededRandom(this.seed, stream);
  }
}
