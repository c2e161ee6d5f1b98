import { ImportError } from '../errors.js';
import { MAX_QUOTED_CHARACTERS } from '../limits.js';

/** A value of a JSON file, and its place in it. Nothing about it is known. */
export class JsonPlace {
  constructor(
    readonly value: unknown,
    readonly file: string,
    readonly place: string,
  ) {}

  /** True if there is nothing, or null. */
  get isMissing(): boolean {
    return this.value === undefined || this.value === null;
  }

  get isObject(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  /** A property of an object; nothing if this is no object, or has no such property. */
  at(key: string): JsonPlace {
    const place = /^[A-Za-z_][\w-]*$/.test(key)
      ? `${this.place}${this.place === '' ? '' : '.'}${key}`
      : `${this.place}[${JSON.stringify(key.slice(0, MAX_QUOTED_CHARACTERS))}]`;
    const value =
      this.isObject && Object.hasOwn(this.value as object, key)
        ? (this.value as Readonly<Record<string, unknown>>)[key]
        : undefined;
    return new JsonPlace(value, this.file, place);
  }

  /** The properties of an object. @throws {ImportError} `IMPORT_INVALID`. */
  entries(): [string, JsonPlace][] {
    if (this.isMissing) return [];
    if (!this.isObject) throw this.wrong('an object');
    return Object.keys(this.value as object).map((key) => [key, this.at(key)]);
  }

  /** The entries of a list; none if there is nothing. @throws {ImportError} `IMPORT_INVALID`. */
  list(): JsonPlace[] {
    if (this.isMissing) return [];
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((value, index) => {
      return new JsonPlace(value, this.file, `${this.place}[${index}]`);
    });
  }

  /** A text; undefined if there is nothing. @throws {ImportError} `IMPORT_INVALID`. */
  text(): string | undefined {
    if (this.isMissing) return undefined;
    return typeof this.value === 'string' ? this.value : this.reject('a text');
  }

  /** A finite number; undefined if there is nothing. @throws {ImportError} `IMPORT_INVALID`. */
  number(): number | undefined {
    if (this.isMissing) return undefined;
    return Number.isFinite(this.value) ? (this.value as number) : this.reject('a number');
  }

  /** A text or a number as a text. @throws {ImportError} `IMPORT_INVALID`; also if there is nothing. */
  name(): string {
    if (typeof this.value === 'string' && this.value !== '') return this.value;
    return Number.isFinite(this.value) ? String(this.value) : this.reject('a text or a number');
  }

  /** @throws {ImportError} `IMPORT_INVALID`. */
  reject(expected: string): never {
    throw this.wrong(expected);
  }

  /** The error for a value that is something else. */
  wrong(expected: string): ImportError {
    return this.invalid(`expected ${expected}, found ${this.#describe()}`);
  }

  /** The error for something that is not as the format says. */
  invalid(state: string): ImportError {
    return new ImportError('IMPORT_INVALID', state, { file: this.file, place: this.place });
  }

  #describe(): string {
    const { value } = this;
    if (value === undefined) return 'nothing';
    if (Array.isArray(value)) return 'a list';
    if (typeof value === 'object') return value === null ? 'null' : 'an object';
    const text = JSON.stringify(value);
    return text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text;
  }
}
