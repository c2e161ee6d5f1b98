import { LoadError } from '../errors/load-error.js';
import { MAX_METADATA_ENTRIES, MAX_TEXT_LENGTH } from '../limits.js';

type JsonObject = Record<string, unknown>;

/** Fails with `LOAD_INVALID_METADATA`, naming the field. */
export function invalidField(field: string, state: string): never {
  throw new LoadError('LOAD_INVALID_METADATA', `Cannot read metadata field "${field}": ${state}`, {
    field,
  });
}

/** True for a plain JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads typed fields of one JSON object; every failure names the field's full path. */
export class FieldReader {
  constructor(
    readonly object: JsonObject,
    readonly path = '',
  ) {}

  name(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  /** The own value of `key`, so that nothing comes from a prototype; `null` counts as absent. */
  get(key: string): unknown {
    return Object.hasOwn(this.object, key) ? (this.object[key] ?? undefined) : undefined;
  }

  string(key: string, maxLength = MAX_TEXT_LENGTH): string {
    return this.optionalString(key, maxLength) ?? invalidField(this.name(key), 'it is missing');
  }

  optionalString(key: string, maxLength = MAX_TEXT_LENGTH): string | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    return checkText(value, this.name(key), maxLength);
  }

  optionalBoolean(key: string): boolean | undefined {
    const value = this.get(key);
    if (value !== undefined && typeof value !== 'boolean') {
      invalidField(this.name(key), 'expected true or false');
    }
    return value;
  }

  optionalStrings(key: string): string[] | undefined {
    return this.optionalList(key, (item, field) => checkText(item, field, MAX_TEXT_LENGTH));
  }

  /** Reads a list item by item, each with the full path of its place. */
  optionalList<Item>(
    key: string,
    read: (item: unknown, field: string) => Item,
  ): Item[] | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) invalidField(this.name(key), 'expected a list');
    checkCount(value.length, this.name(key));
    return value.map((item, index) => read(item, `${this.name(key)}[${index}]`));
  }

  optionalObject(key: string): JsonObject | undefined {
    const value = this.get(key);
    if (value !== undefined && !isJsonObject(value)) {
      invalidField(this.name(key), 'expected an object');
    }
    return value;
  }

  optionalStringMap(key: string): Record<string, string> | undefined {
    const value = this.optionalObject(key);
    if (value === undefined) return undefined;
    const entries = Object.entries(value);
    checkCount(entries.length, this.name(key));
    // fromEntries defines own properties, so a key `__proto__` stays data.
    return Object.fromEntries(
      entries.map(([name, text]) => [
        name,
        checkText(text, `${this.name(key)}.${name}`, MAX_TEXT_LENGTH),
      ]),
    );
  }
}

/** The value, if it is a text no longer than that. */
export function checkText(value: unknown, field: string, maxLength = MAX_TEXT_LENGTH): string {
  if (typeof value !== 'string') invalidField(field, 'expected a string');
  if (value.length > maxLength) {
    invalidField(field, `${value.length} characters, limit is ${maxLength}`);
  }
  return value;
}

function checkCount(count: number, field: string): void {
  if (count > MAX_METADATA_ENTRIES) {
    invalidField(field, `${count} entries, limit is ${MAX_METADATA_ENTRIES}`);
  }
}
