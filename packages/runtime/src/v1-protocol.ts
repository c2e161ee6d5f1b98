import { CallError, unpackResult } from '@testbench/types';

import { type GuestExports, present } from './guest-exports.js';
import type { InputText } from './input-text.js';
import type { LinearMemory, Place } from './linear-memory.js';
import type { Protocol, Read } from './protocol.js';
import { type GuestFunction, promising } from './suspension.js';

/** The v1 contract: packed results, the guest allocates. */
export class V1Protocol implements Protocol {
  readonly #alloc: GuestFunction;
  readonly #free: GuestFunction;
  /** `plugin_execute` as a function that gives a promise; made when it is needed. */
  #executeWaiting: GuestFunction | undefined;

  constructor(
    readonly exports: GuestExports,
    readonly memory: LinearMemory,
  ) {
    this.#alloc = present('plugin_alloc', exports.alloc);
    this.#free = present('plugin_free', exports.free);
  }

  readMetadata<T extends object>(read: Read<T>): T | number {
    return this.#give('metadata', this.exports.metadata(), undefined, read);
  }

  init(config: Uint8Array): number {
    const place = this.#write(config);
    return this.#initialized(this.exports.init?.(place.ptr, place.length), place);
  }

  async initWaiting(config: Uint8Array): Promise<number> {
    const place = this.#write(config);
    const init = promising(present('plugin_init', this.exports.init));
    return this.#initialized(await init(place.ptr, place.length), place);
  }

  execute<T extends object>(input: InputText, read: Read<T>): T | number {
    return this.#call(this.exports.execute, input, read);
  }

  async executeWaiting<T extends object>(input: InputText, read: Read<T>): Promise<T | number> {
    this.#executeWaiting ??= promising(this.exports.execute);
    const place = this.#write(input);
    const packed = await this.#executeWaiting(place.ptr, place.length);
    return this.#give('output', packed, place, read);
  }

  executeBatch<T extends object>(inputs: InputText, read: Read<T>): T | number {
    return this.#call(present('plugin_execute_batch', this.exports.executeBatch), inputs, read);
  }

  #call<T extends object>(run: GuestFunction, input: InputText, read: Read<T>): T | number {
    const place = this.#write(input);
    return this.#give('output', run(place.ptr, place.length), place, read);
  }

  #initialized(result: unknown, { ptr, length }: Place): number {
    const code = toI32('plugin_init', result);
    this.#free(ptr, length);
    return code;
  }

  #write(input: InputText): Place {
    return this.memory.write(input, this.#allocate);
  }

  readonly #allocate = (size: number): number => {
    const ptr = toI32('plugin_alloc', this.#alloc(size)) >>> 0;
    if (ptr !== 0) return ptr;
    throw new CallError(
      'CALL_MEMORY_EXHAUSTED',
      `Cannot write input: "plugin_alloc" has no room for ${size} bytes`,
    );
  };

  /** Reads what a packed result points at, and gives the rooms of input and output back. */
  #give<T extends object>(
    what: string,
    packed: unknown,
    input: Place | undefined,
    read: Read<T>,
  ): T | number {
    if (typeof packed !== 'bigint') {
      throw new CallError('CALL_INVALID_OUTPUT', `Cannot read ${what}: expected an i64 result`);
    }
    // Taken apart and checked before the input is freed: freeing runs guest code, which may move nothing but may trap.
    const result = unpackResult(packed);
    if (result.ok) this.memory.check(what, result.ptr, result.len);
    if (input !== undefined) this.#free(input.ptr, input.length);
    if (!result.ok) return result.code;
    const value = read(this.memory.range(what, result.ptr, result.len));
    this.#free(result.ptr, result.len);
    return value;
  }
}

/** @throws {CallError} `CALL_INVALID_OUTPUT` for anything but an i32. */
export function toI32(name: string, value: unknown): number {
  if (typeof value !== 'number') {
    throw new CallError('CALL_INVALID_OUTPUT', `Cannot read result of "${name}": expected an i32`);
  }
  return value | 0;
}
