import { encodeUtf8 } from './host.js';
import { createRandom, randomSeed, type Random } from './random.js';

/** Number of asks that the contract permits a plugin in one round. */
const MAX_ASKS = 16;
/** Bytes of JSON that a plugin may keep between rounds. */
const MAX_CONTINUE_BYTES = 256 * 1024;

/** The data kept between rounds. */
interface Kept {
  readonly seed: readonly number[];
  readonly logged: number;
  /** All asks so far, shortened. */
  readonly asked: readonly string[];
  readonly answers: readonly unknown[];
}

/** The host's input for a call of a plugin. */
export interface Envelope {
  readonly data?: unknown;
  readonly context?: { readonly request_id?: string; readonly metadata?: Record<string, string> };
  readonly continue?: Kept;
  readonly answers?: readonly unknown[];
}

/**
 * The rounds of one call.
 *
 * No state of a script is kept while a server works: each round runs the script from its start, with the answers received so far. So it must ask
 * the same again, which is checked, and its random numbers are the same as in the first round.
 */
export class Rounds {
  readonly random: Random;
  readonly logged: number;
  readonly #seed: readonly number[];
  readonly #known: readonly string[];
  readonly #answers: readonly unknown[];
  readonly #asked: string[] = [];
  readonly #pending: unknown[] = [];

  constructor(envelope: Envelope) {
    const kept = envelope.continue;
    this.#seed = kept?.seed ?? randomSeed();
    this.random = createRandom(this.#seed);
    this.logged = kept?.logged ?? 0;
    this.#known = kept?.asked ?? [];
    this.#answers = [...(kept?.answers ?? []), ...(envelope.answers ?? [])];
  }

  /** Settles now if the answer is there, and otherwise never: the next round receives it. */
  ask(request: unknown): Promise<unknown> {
    const index = this.#asked.length;
    const name = shorten(JSON.stringify(request));
    if (index < this.#known.length && this.#known[index] !== name) {
      throw new Error(
        'Cannot ask: the script asks something else than it did before the answers came; what it asks may depend on its input, on answers and on random(), and on nothing else',
      );
    }
    this.#asked.push(name);
    if (index < this.#answers.length) return Promise.resolve(this.#answers[index]);
    this.#pending.push(request);
    return new Promise(() => undefined);
  }

  /** The asks for the host; undefined if none is open. */
  output(logged: number): string | undefined {
    if (this.#pending.length === 0) return undefined;
    const asks = this.#pending.slice(0, MAX_ASKS);
    const known = this.#answers.length + asks.length;
    const kept: Kept = {
      seed: this.#seed,
      logged,
      asked: this.#asked.slice(0, known),
      answers: this.#answers,
    };
    const text = JSON.stringify(kept);
    if (encodeUtf8(text).byteLength > MAX_CONTINUE_BYTES) {
      throw new Error(
        `Cannot ask again: earlier answers take more than ${MAX_CONTINUE_BYTES} bytes; ask for all at once, with Promise.all, or for less`,
      );
    }
    return `{"ask":${JSON.stringify(asks)},"continue":${text}}`;
  }
}

/** Distinguishes texts that differ by mistake: 32-bit FNV-1a, and the length. */
function shorten(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return `${(hash >>> 0).toString(36)}.${text.length.toString(36)}`;
}
