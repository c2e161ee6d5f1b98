import { RESERVED_PREFIX } from '@testbench/metering';

/** State of an instance at one moment: its memory, mutable globals and tables. */
export class Snapshot {
  readonly #memory: WebAssembly.Memory;
  readonly #bytes: Uint8Array;
  readonly #globals: readonly (readonly [WebAssembly.Global, unknown])[];
  readonly #tables: readonly (readonly [WebAssembly.Table, readonly unknown[]])[];

  private constructor(
    memory: WebAssembly.Memory,
    globals: readonly WebAssembly.Global[],
    tables: readonly WebAssembly.Table[],
  ) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer).slice();
    this.#globals = globals.map((global) => [global, global.value] as const);
    this.#tables = tables.map((table) => [table, elements(table)] as const);
  }

  /**
   * Copies the state of an instance whose module was metered with `exportState`.
   *
   * @returns undefined if JavaScript cannot read all of it: a mutable global of vector type.
   */
  static take(instance: WebAssembly.Instance, memory: WebAssembly.Memory): Snapshot | undefined {
    const state = Object.entries(instance.exports)
      .filter(([name]) => STATE_EXPORT.test(name))
      .map(([, value]) => value);
    try {
      return new Snapshot(
        memory,
        state.filter((value) => value instanceof WebAssembly.Global),
        state.filter((value) => value instanceof WebAssembly.Table),
      );
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /**
   * Brings the instance back to the snapshot.
   *
   * @returns false if memory or a table has grown since: nothing can shrink them, so the instance must be replaced.
   */
  restore(): boolean {
    const { buffer } = this.#memory;
    if (buffer.byteLength !== this.#bytes.length) return false;
    if (this.#tables.some(([table, saved]) => table.length !== saved.length)) return false;
    new Uint8Array(buffer).set(this.#bytes);
    for (const [global, value] of this.#globals) global.value = value;
    for (const [table, saved] of this.#tables) {
      saved.forEach((value, index) => {
        // Reading is cheaper than writing, and plugins hardly ever change a table.
        if (table.get(index) !== value) table.set(index, value);
      });
    }
    return true;
  }
}

// Names as `stateExport` of the meter makes them; its own global and table are not among them.
const STATE_EXPORT = new RegExp(
  `^${RESERVED_PREFIX.replaceAll('.', String.raw`\.`)}(global|table)\\.\\d+$`,
);

function elements(table: WebAssembly.Table): unknown[] {
  return Array.from({ length: table.length }, (_, index): unknown => table.get(index));
}
