const decoder = new TextDecoder();

/**
 * The bytes that a function returned, as in Extism's SDK: a `DataView` whose setters throw, with methods for text and JSON.
 *
 * @example
 * ```ts no-run
 * import { createPlugin } from '@testbench/extism';
 *
 * await using plugin = await createPlugin('count_vowels.wasm');
 * const output = await plugin.call('count_vowels', 'hello');
 * output?.json(); // { count: 2, … }
 * ```
 */
export class PluginOutput extends DataView<ArrayBuffer> {
  /** Made when it is asked for: most programs read text or JSON, once. */
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  /** The output parsed as JSON. @throws {SyntaxError} If it is not JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as in Extism's SDK: programs use it without a cast
  json(): any {
    return JSON.parse(this.text());
  }

  /** The whole output. */
  arrayBuffer(): ArrayBuffer {
    return this.buffer;
  }

  /** The output as UTF-8; malformed bytes become U+FFFD. */
  text(): string {
    return decoder.decode(this);
  }

  /** Like {@link text}. */
  string(): string {
    return this.text();
  }

  /** The whole output; always the same array. */
  bytes(): Uint8Array<ArrayBuffer> {
    this.#bytes ??= new Uint8Array(this.buffer);
    return this.#bytes;
  }

  static {
    for (const name of Object.getOwnPropertyNames(DataView.prototype)) {
      if (name.startsWith('set')) Object.defineProperty(this.prototype, name, { value: readOnly });
    }
  }
}

function readOnly(): never {
  throw new TypeError('Cannot set values on output');
}
