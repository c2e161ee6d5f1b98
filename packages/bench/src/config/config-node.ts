import { ConfigError, rejectUnknownKeys } from '@testbench/types';

/** One value of a configuration and where it stands, so that every failure can name its path. */
export class ConfigNode {
  constructor(
    readonly value: unknown,
    readonly path = '',
  ) {}

  /** Throws `CONFIG_INVALID`: this value is not what was expected. */
  reject(expected: string): never {
    const found = describeValue(this.value);
    throw new ConfigError(
      'CONFIG_INVALID',
      this.path,
      `Cannot read ${this.path === '' ? 'configuration' : `"${this.path}"`}: expected ${expected}, found ${found}`,
    );
  }

  /** Reads an object whose keys must all be known. */
  fields<Key extends string>(known: readonly Key[]): ConfigFields<Key> {
    const object = this.object();
    rejectUnknownKeys(object, known, this.path);
    return new ConfigFields(object, this.path);
  }

  /** Reads an object of any keys. */
  object(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.reject('an object');
    }
    return value as Record<string, unknown>;
  }

  list(): ConfigNode[] {
    if (!Array.isArray(this.value)) this.reject('a list');
    return this.value.map((item, index) => new ConfigNode(item, `${this.path}[${index}]`));
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

  wholeNumber(minimum: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum) {
      this.reject(`a whole number from ${minimum}`);
    }
    return value;
  }
}

/** The fields of an object in a configuration; an explicit `null` counts as absent. */
export class ConfigFields<Key extends string> {
  constructor(
    private readonly object: Readonly<Record<string, unknown>>,
    private readonly path: string,
  ) {}

  required(key: Key): ConfigNode {
    const node = this.#node(key);
    if (node.value === undefined) {
      throw new ConfigError(
        'CONFIG_INVALID',
        node.path,
        `Cannot read ${this.path === '' ? 'configuration' : `"${this.path}"`}: "${key}" is missing`,
      );
    }
    return node;
  }

  optional(key: Key): ConfigNode | undefined {
    const node = this.#node(key);
    return node.value === undefined ? undefined : node;
  }

  #node(key: Key): ConfigNode {
    const value = Object.hasOwn(this.object, key) ? (this.object[key] ?? undefined) : undefined;
    return new ConfigNode(value, this.path === '' ? key : `${this.path}.${key}`);
  }
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return value.length > 40 ? 'a text' : JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}
