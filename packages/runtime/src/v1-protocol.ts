import { CallError, unpackResult } from '@testbench/types';

import { type GuestExports, present } from './guest-exports.js';
import type { GuestFunction } from './suspension.js';
import type { LinearMemory } from './linear-memory.js';
import type { GuestResult, Protocol, Steps } from './protocol.js';

/** The v1 contract: packed results, the guest allocates. */
export class V1Protocol implements Protocol {
  readonly #alloc: GuestFunction;
  readonly #free: GuestFunction;

  constructor(
    readonly exports: GuestExports,
    readonly memory: LinearMemory,
  ) {
    this.#alloc = present('plugin_alloc', exports.alloc);
    this.#free = present('plugin_free', exports.free);
  }

  readMetadata(): GuestResult {
    return this.#result('metadata', this.exports.metadata());
  }

  *init(config: Uint8Array): Steps<number> {
    const length = config.length;
    const ptr = this.#write(config);
    const code = toI32('plugin_init', yield this.exports.init?.(ptr, length));
    this.#free(ptr, length);
    return code;
  }

  execute(input: Uint8Array): Steps<GuestResult> {
    return this.#call(this.exports.execute, input);
  }

  executeBatch(inputs: Uint8Array): Steps<GuestResult> {
    return this.#call(present('plugin_execute_batch', this.exports.executeBatch), inputs);
  }

  *#call(run: GuestFunction, input: Uint8Array): Steps<GuestResult> {
    const length = input.length;
    const ptr = this.#write(input);
    const packed = yield run(ptr, length);
    // Taken apart before the input is freed: freeing runs guest code, which may move nothing but may trap.
    const result = this.#result('output', packed);
    this.#free(ptr, length);
    return result;
  }

  #write(bytes: Uint8Array): number {
    const ptr = toI32('plugin_alloc', this.#alloc(bytes.length)) >>> 0;
    if (ptr === 0) {
      throw new CallError(
        'CALL_MEMORY_EXHAUSTED',
        `Cannot write input: "plugin_alloc" has no room for ${bytes.length} bytes`,
      );
    }
    // The guest may have grown its memory: `range` looks at the current buffer.
    this.memory.range('the room that "plugin_alloc" gave', ptr, bytes.length).set(bytes);
    return ptr;
  }

  #result(what: string, packed: unknown): GuestResult {
    if (typeof packed !== 'bigint') {
      throw new CallError('CALL_INVALID_OUTPUT', `Cannot read ${what}: expected an i64 result`);
    }
    const result = unpackResult(packed);
    if (!result.ok) return result;
    const { ptr, len } = result;
    this.memory.range(what, ptr, len);
    return new V1Output(this, what, ptr, len);
  }

  free(ptr: number, len: number): void {
    this.#free(ptr, len);
  }
}

/** Output in guest memory; the view is made when asked for, after the input was freed. */
class V1Output {
  readonly ok = true;

  constructor(
    readonly protocol: V1Protocol,
    readonly what: string,
    readonly ptr: number,
    readonly len: number,
  ) {}

  get bytes(): Uint8Array {
    return this.protocol.memory.range(this.what, this.ptr, this.len);
  }

  readonly release = (): void => this.protocol.free(this.ptr, this.len);
}

/** @throws {CallError} `CALL_INVALID_OUTPUT` for anything but an i32. */
export function toI32(name: string, value: unknown): number {
  if (typeof value !== 'number') {
    throw new CallError('CALL_INVALID_OUTPUT', `Cannot read result of "${name}": expected an i32`);
  }
  return value | 0;
}
