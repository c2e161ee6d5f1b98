import { seededRandom } from '../seeded-random.js';
import type { FakeClock } from './fake-clock.js';

/** How a server behaves. */
export interface FakeServerOptions {
  readonly latencyMs: number;
  /** The share of the latency by which it varies, up and down. @default 0 */
  readonly spread?: number;
  /** Concurrent requests; further ones are refused. */
  readonly places?: number;
  /** The delay that a refusal asks for. */
  readonly retryAfterMs?: number;
  /** Requests in each minute of the clock; further ones are refused until the next begins. */
  readonly perMinute?: number;
  readonly refusedShare?: number;
  readonly failedShare?: number;
}

const REFUSAL_MS = 5;

/** A server that runs on a fake clock. */
export class FakeServer {
  inFlight = 0;
  peak = 0;
  refused = 0;
  failed = 0;
  readonly #clock: FakeClock;
  readonly #options: FakeServerOptions;
  #minute = 0;
  #inMinute = 0;
  readonly #random = seededRandom(1);

  constructor(clock: FakeClock, options: FakeServerOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  readonly call = async (): Promise<string> => {
    const {
      latencyMs,
      spread = 0,
      places = Number.POSITIVE_INFINITY,
      retryAfterMs,
    } = this.#options;
    const { refusedShare = 0, failedShare = 0 } = this.#options;
    const untilNextMs = this.#countMinute();
    if (untilNextMs !== undefined) return await this.#fail(429, untilNextMs);
    if (this.inFlight >= places || this.#random() < refusedShare) {
      return await this.#fail(429, retryAfterMs);
    }
    if (this.#random() < failedShare) return await this.#fail(500);
    this.inFlight += 1;
    this.peak = Math.max(this.peak, this.inFlight);
    await this.#wait(latencyMs * (1 + spread * (2 * this.#random() - 1)));
    this.inFlight -= 1;
    return 'fine';
  };

  /** @returns The time until there is room again, if there is none. */
  #countMinute(): number | undefined {
    const { perMinute } = this.#options;
    if (perMinute === undefined) return undefined;
    const minute = Math.floor(this.#clock.now() / 60_000);
    if (minute !== this.#minute) this.#inMinute = 0;
    this.#minute = minute;
    if (this.#inMinute >= perMinute) return (minute + 1) * 60_000 - this.#clock.now();
    this.#inMinute += 1;
    return undefined;
  }

  async #fail(status: number, retryAfterMs?: number): Promise<never> {
    if (status === 429) this.refused += 1;
    else this.failed += 1;
    await this.#wait(REFUSAL_MS);
    throw Object.assign(new Error(`status ${status}`), { status, retryAfterMs });
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#clock.after(ms, resolve);
    });
  }
}
