import { ConfigError } from '../errors/config-error.js';
import { rejectUnknownKeys } from './reject-unknown-keys.js';

/** One value of a configuration or of options, with its path, so that every failure can name it. */
export class ConfigNode {
  /** @param path Such as `limits.timeoutMs`; `''` for the root. */
  constructor(
    readonly value: unknown,
    readonly path = '',
  ) {}

  /** Throws `CONFIG_INVALID`: this value is not what was expected. */
  reject(expected: string): never {
    throw new ConfigError(
      'CONFIG_INVALID',
      this.path,
      `Cannot read ${nameOf(this.path)}: expected ${expected}, found ${describeValue(this.value)}`,
    );
  }

  /** Reads an object whose keys must all be known. */
  fields<Key extends string>(known: readonly Key[]): ConfigFields<Key> {
    const object = this.object();
    rejectUnknownKeys(object, known, this.path);
    return new ConfigFields(object, this.path);
  }

  /** Reads an object with any keys. */
  object(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.reject('an object');
    }
    return value as Record<string, unknown>;
  }

  list(): ConfigNode[] {
    if (!Array.isArray(this.value)) this.reject('a list');
    // Holes are read too, unlike by `map`.
    return Array.from(this.value, (item, index) => new ConfigNode(item, `${this.path}[${index}]`));
  }

  /** Reads a text of at least one character. */
  text(): string {
    if (typeof this.value !== 'string' || this.value === '') this.reject('a text');
    return this.value;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') this.reject('true or false');
    return this.value;
  }

  /** Reads a whole number in a range that includes its ends. */
  wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      if (value >= minimum && value <= maximum) return value;
    }
    return this.reject(
      maximum === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${minimum}`
        : `a whole number from ${minimum} to ${maximum}`,
    );
  }

  /** Reads a number in a range that includes its ends. */
  number(minimum: number, maximum: number): number {
    const { value } = this;
    // NaN is in no range.
    if (typeof value === 'number' && value >= minimum && value <= maximum) return value;
    return this.reject(`a number from ${minimum} to ${maximum}`);
  }

  /** Reads one of a few texts. */
  oneOf<Choice extends string>(choices: readonly Choice[]): Choice {
    const choice = choices.find((name) => name === this.value);
    if (choice !== undefined) return choice;
    const quoted = choices.map((name) => `"${name}"`);
    return this.reject(
      quoted.length < 2
        ? quoted.join()
        : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`,
    );
  }

  /** Reads a function of the type that the caller names: its parameters and result cannot be checked. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  callback<Callback extends (...args: never[]) => unknown>(): Callback {
    if (typeof this.value !== 'function') this.reject('a function');
    return this.value as Callback;
  }

  /** Reads a signal that may cancel the operation that the options belong to. */
  signal(): AbortSignal {
    // A signal from another realm is just as good.
    const signal = this.value as Partial<AbortSignal> | null | undefined;
    if (typeof signal?.aborted !== 'boolean' || typeof signal.addEventListener !== 'function') {
      this.reject('an AbortSignal');
    }
    return signal as AbortSignal;
  }

  /** Reads an object of the caller that has these methods. */
  implementation<Interface extends object>(
    ...methods: readonly (keyof Interface & string)[]
  ): Interface {
    const { value } = this;
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    const has = (name: string): boolean =>
      typeof (value as Record<string, unknown>)[name] === 'function';
    if (!isObject || !methods.every(has)) {
      this.reject(`an object with ${methods.map((name) => `"${name}"`).join(', ')}`);
    }
    return value as Interface;
  }
}

/** The fields of an object in a configuration; an explicit `null` counts as absent. */
export class ConfigFields<Key extends string> {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(object: Readonly<Record<string, unknown>>, path: string) {
    this.#object = object;
    this.#path = path;
  }

  required(key: Key): ConfigNode {
    const node = this.#node(key);
    if (node.value === undefined) rejectMissing(this.#path, key);
    return node;
  }

  optional(key: Key): ConfigNode | undefined {
    const node = this.#node(key);
    return node.value === undefined ? undefined : node;
  }

  #node(key: Key): ConfigNode {
    const value = Object.hasOwn(this.#object, key) ? (this.#object[key] ?? undefined) : undefined;
    return new ConfigNode(value, joinPath(this.#path, key));
  }
}

/** Throws `CONFIG_INVALID`: a key is missing. */
export function rejectMissing(path: string, key: string): never {
  throw new ConfigError(
    'CONFIG_INVALID',
    joinPath(path, key),
    `Cannot read ${nameOf(path)}: "${key}" is missing`,
  );
}

/** The path of a key. */
export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function nameOf(path: string): string {
  return path === '' ? 'configuration' : `"${path}"`;
}

/** Describes a value for a message, without content that may be long or secret. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string':
      if (value === '') return 'an empty text';
      return value.length > 40 ? 'a text' : JSON.stringify(value);
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'nothing';
      return Array.isArray(value) ? 'a list' : 'an object';
    default:
      return `a ${typeof value}`;
  }
}
