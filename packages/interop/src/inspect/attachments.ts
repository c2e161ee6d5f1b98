import { ImportError } from '../errors.js';
import type { JsonPlace } from '../json/json-place.js';
import { MAX_RESOLVED_CHARACTERS } from '../limits.js';

/** How texts refer to attachments; the first is that of early versions. */
const PROTOCOLS = ['tc://', 'attachment://'] as const;

/** The contents that a sample keeps apart from its messages. */
export class Attachments {
  readonly #contents: ReadonlyMap<string, string>;
  readonly #sample: JsonPlace;
  #characters = 0;

  constructor(sample: JsonPlace, contents: ReadonlyMap<string, string>) {
    this.#sample = sample;
    this.#contents = contents;
  }

  /** Those of a sample: in a field of its own, or in the transcript of early versions. */
  static of(sample: JsonPlace): Attachments {
    const contents = new Map<string, string>();
    for (const place of [sample.at('transcript').at('content'), sample.at('attachments')]) {
      for (const [name, content] of place.entries()) {
        if (typeof content.value === 'string') contents.set(name, content.value);
      }
    }
    return new Attachments(sample, contents);
  }

  /**
   * A text, or what it refers to. A reference to nothing stays as it is, and what is put in is not looked at again.
   *
   * @throws {ImportError} `IMPORT_TOO_LARGE`: the sample grows beyond its limit.
   */
  text(text: string): string {
    const protocol = PROTOCOLS.find((each) => text.startsWith(each));
    if (protocol === undefined) return text;
    const found = this.#contents.get(text.slice(protocol.length));
    if (found === undefined) return text;
    this.#characters += found.length;
    if (this.#characters > MAX_RESOLVED_CHARACTERS) {
      const state = `with its attachments it has more than ${MAX_RESOLVED_CHARACTERS} characters`;
      throw new ImportError('IMPORT_TOO_LARGE', state, {
        file: this.#sample.file,
        place: this.#sample.place,
      });
    }
    return found;
  }

  /** A JSON value, with every text in it resolved. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each) => this.value(each));
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, this.value(each)] as const),
    );
  }
}
