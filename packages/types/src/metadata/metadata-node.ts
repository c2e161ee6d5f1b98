import { ConfigNode, describeValue, joinPath } from '../config/config-node.js';
import { LoadError } from '../errors/load-error.js';
import { MAX_METADATA_ENTRIES, MAX_TEXT_LENGTH } from '../limits.js';

/**
 * One value of a plugin's metadata. Its failures are `LOAD_INVALID_METADATA`, its texts and lists have caps, and `null` and unknown
 * fields count as absent, since a later version of the contract may have written them.
 */
export class MetadataNode extends ConfigNode {
  override reject(expected: string): never {
    this.fail(`expected ${expected}, found ${describeValue(this.value)}`);
  }

  /** Fails with `LOAD_INVALID_METADATA`, naming the field. */
  fail(state: string): never {
    throw new LoadError(
      'LOAD_INVALID_METADATA',
      `Cannot read metadata field "${this.path}": ${state}`,
      { field: this.path },
    );
  }

  /** A text, which may be empty. */
  string(maxLength = MAX_TEXT_LENGTH): string {
    if (typeof this.value !== 'string') this.reject('a text');
    if (this.value.length > maxLength) {
      this.fail(`${this.value.length} characters, limit is ${maxLength}`);
    }
    return this.value;
  }

  /** A list, item by item. */
  items<Item>(read: (item: MetadataNode) => Item): Item[] {
    const items = this.list();
    this.#checkCount(items.length);
    return items.map((item) => read(new MetadataNode(item.value, item.path)));
  }

  /** An object of texts. */
  texts(): Record<string, string> {
    const entries = Object.entries(this.object());
    this.#checkCount(entries.length);
    // fromEntries defines own properties, so a key `__proto__` stays data.
    return Object.fromEntries(
      entries.map(([name, text]) => [
        name,
        new MetadataNode(text, joinPath(this.path, name)).string(),
      ]),
    );
  }

  /**
   * Reads an object: its own known fields, by their names on the wire.
   *
   * @param readers One reader for each field: forgetting one is a compile error.
   * @param required Fields that must be present.
   * @param absent Values for fields that are absent. @default nothing
   */
  record<Fields extends object>(
    readers: MetadataReaders<Fields>,
    required: readonly (keyof Fields & string)[] = [],
    absent: Partial<Fields> = {},
  ): Fields {
    const object = this.object();
    const fields: Record<string, unknown> = {};
    for (const key in readers) {
      const name = wireName(key);
      const value = Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
      const node = new MetadataNode(value, joinPath(this.path, name));
      // Absent fields are left out, so that equal metadata compare equal.
      if (value !== undefined) fields[key] = readers[key](node);
      else if (Object.hasOwn(absent, key)) fields[key] = absent[key];
      else if (required.includes(key)) node.fail('it is missing');
    }
    return fields as Fields;
  }

  #checkCount(count: number): void {
    if (count > MAX_METADATA_ENTRIES) {
      this.fail(`${count} entries, limit is ${MAX_METADATA_ENTRIES}`);
    }
  }
}

/** A reader for every field of a type. */
export type MetadataReaders<Fields> = {
  readonly [Key in keyof Fields]-?: (node: MetadataNode) => Exclude<Fields[Key], undefined>;
};

/** Names on the wire that are older than the names we use. */
const OLDER_NAMES: Readonly<Record<string, string>> = { minContractVersion: 'min_host_version' };

/** `pluginType` is `plugin_type` on the wire. */
function wireName(key: string): string {
  const older = OLDER_NAMES[key];
  if (older !== undefined) return older;
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
