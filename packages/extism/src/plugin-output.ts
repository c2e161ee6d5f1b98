const decoder = new TextDecoder();

/**
 * The bytes that a function returned, as in Extism's SDK: the reading half of a `DataView`, with methods for text and JSON.
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

  /** Always throws: an output is read only. */
  override setInt8(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setInt16(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setInt32(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setUint8(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setUint16(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setUint32(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setFloat32(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setFloat64(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setBigInt64(..._values: readonly unknown[]): never {
    return readOnly();
  }

  /** Always throws: an output is read only. */
  override setBigUint64(..._values: readonly unknown[]): never {
    return readOnly();
  }
}

function readOnly(): never {
  throw new TypeError('Cannot set values on output');
}
