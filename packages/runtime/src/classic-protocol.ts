import { CallError, GuestCode, PAGE_BYTES } from '@testbench/types';

import type { GuestExports } from './guest-exports.js';
import type { InputText } from './input-text.js';
import { CLASSIC_OUTPUT_BYTES } from './limits.js';
import type { LinearMemory, Place } from './linear-memory.js';
import type { Protocol, Read } from './protocol.js';
import { runNow, runWaiting, type Steps } from './steps.js';
import { type GuestFunction, promising } from './suspension.js';
import { toI32 } from './v1-protocol.js';

/**
 * The signature of the original documentation: the host gives the room for the output.
 *
 * ```
 * plugin_metadata(out, out_len) -> i32        plugin_execute(in, in_len, out, out_len) -> i32
 *
 *   out_len -> +--------+   before: capacity of out; after: bytes written, or needed if the result is -4
 *              | u32 le |
 *              +--------+
 * ```
 */
export class ClassicProtocol implements Protocol {
  readonly #rooms: Rooms;
  #executeWaiting: GuestFunction | undefined;

  constructor(
    readonly exports: GuestExports,
    readonly memory: LinearMemory,
    /** Longest output that is asked for a second time. */
    readonly maxOutputBytes: number,
    /** Cap on growth for the rooms of a plugin without an allocator. */
    maxMemoryBytes: number,
  ) {
    const { alloc, free } = exports;
    this.#rooms =
      alloc === undefined || free === undefined
        ? new GrownRooms(memory, maxMemoryBytes)
        : new AllocatedRooms(alloc, free);
  }

  readMetadata<T extends object>(read: Read<T>): T | number {
    const { metadata } = this.exports;
    return runNow(this.#ask('metadata', read, (out, length) => metadata(out, length)));
  }

  init(config: Uint8Array): number {
    return runNow(this.#init(config, this.exports.init));
  }

  async initWaiting(config: Uint8Array): Promise<number> {
    const { init } = this.exports;
    return await runWaiting(this.#init(config, init && promising(init)));
  }

  execute<T extends object>(input: InputText, read: Read<T>): T | number {
    return runNow(this.#execute(this.exports.execute, input, read));
  }

  async executeWaiting<T extends object>(input: InputText, read: Read<T>): Promise<T | number> {
    this.#executeWaiting ??= promising(this.exports.execute);
    return await runWaiting(this.#execute(this.#executeWaiting, input, read));
  }

  executeBatch(): never {
    throw new CallError('CALL_INVALID_INPUT', 'Cannot start batch: the classic signature has none');
  }

  *#init(config: Uint8Array, run: GuestFunction | undefined): Steps<number> {
    if (run === undefined) return GuestCode.ok;
    // A wrapped function does not tell its parameters.
    if (this.exports.init?.length === 0) return toI32('plugin_init', yield run());
    const { ptr, length } = this.#write(config);
    const code = toI32('plugin_init', yield run(ptr, length));
    this.#rooms.releaseAll();
    return code;
  }

  #execute<T extends object>(
    run: GuestFunction,
    input: InputText,
    read: Read<T>,
  ): Steps<T | number> {
    const { ptr, length } = this.#write(input);
    return this.#ask('output', read, (out, outLength) => run(ptr, length, out, outLength));
  }

  #write(input: InputText): Place {
    return this.memory.write(input, (size) => this.#rooms.take(size));
  }

  /** Calls once, and again if the plugin says that the room was too small. */
  *#ask<T extends object>(
    what: string,
    read: Read<T>,
    call: (out: number, outLength: number) => unknown,
  ): Steps<T | number> {
    const lengthPtr = this.#rooms.take(4);
    let capacity = Math.min(CLASSIC_OUTPUT_BYTES, this.maxOutputBytes);
    for (let attempt = 0; ; attempt += 1) {
      const out = this.#rooms.take(capacity);
      this.#writeLength(lengthPtr, capacity);
      const code = toI32(
        `plugin_${what === 'metadata' ? 'metadata' : 'execute'}`,
        yield call(out, lengthPtr),
      );
      const length = this.#readLength(lengthPtr);
      if (code === GuestCode.ok) {
        if (length > capacity) {
          throw new CallError(
            'CALL_INVALID_OUTPUT',
            `Cannot read ${what}: it says ${length} bytes, the room is ${capacity}`,
          );
        }
        const value = read(this.memory.range(what, out, length));
        this.#rooms.releaseAll();
        return value;
      }
      if (code !== GuestCode.outOfMemory || attempt > 0 || length <= capacity) {
        this.#rooms.releaseAll();
        return code;
      }
      if (length > this.maxOutputBytes) {
        throw new CallError(
          'CALL_OUTPUT_TOO_LARGE',
          `Cannot read ${what}: ${length} bytes, limit is ${this.maxOutputBytes}`,
        );
      }
      capacity = length;
    }
  }

  #writeLength(ptr: number, value: number): void {
    const cell = this.memory.range('the room for the length', ptr, 4);
    new DataView(cell.buffer, cell.byteOffset, 4).setUint32(0, value, true);
  }

  #readLength(ptr: number): number {
    const cell = this.memory.range('the room for the length', ptr, 4);
    return new DataView(cell.buffer, cell.byteOffset, 4).getUint32(0, true);
  }
}

/** Where the host may write in a guest's memory. */
interface Rooms {
  /** @throws {CallError} `CALL_MEMORY_EXHAUSTED`. */
  take(size: number): number;
  releaseAll(): void;
}

/** Rooms from the plugin's own allocator. */
class AllocatedRooms implements Rooms {
  #taken: [ptr: number, size: number][] = [];

  constructor(
    readonly alloc: GuestFunction,
    readonly free: GuestFunction,
  ) {}

  take(size: number): number {
    const ptr = toI32('plugin_alloc', this.alloc(size)) >>> 0;
    if (ptr === 0) noRoom(size);
    this.#taken.push([ptr, size]);
    return ptr;
  }

  releaseAll(): void {
    const taken = this.#taken;
    this.#taken = [];
    for (const [ptr, size] of taken) this.free(ptr, size);
  }
}

/**
 * Rooms in pages that the host adds at the end of the memory: the plugin cannot know them, so nothing of its own lies there.
 * The region is kept and used again for the next call.
 */
class GrownRooms implements Rooms {
  #start = 0;
  #end = 0;
  #next = 0;

  constructor(
    readonly memory: LinearMemory,
    readonly maxMemoryBytes: number,
  ) {}

  take(size: number): number {
    // Eight bytes is the strictest alignment that a C or Rust plugin may expect.
    const aligned = (size + 7) & ~7;
    if (this.#next + aligned > this.#end) this.#grow(aligned);
    const ptr = this.#next;
    this.#next += aligned;
    return ptr;
  }

  releaseAll(): void {
    this.#next = this.#start;
  }

  #grow(size: number): void {
    const pages = Math.ceil(size / PAGE_BYTES);
    const { memory } = this.memory;
    const before = memory.buffer.byteLength;
    if (before + pages * PAGE_BYTES > this.maxMemoryBytes) noRoom(size);
    try {
      memory.grow(pages);
    } catch {
      noRoom(size);
    }
    // Pages right behind the region make it longer; if the guest grew in between, a new region begins.
    if (before !== this.#end) {
      this.#start = before;
      this.#next = before;
    }
    this.#end = before + pages * PAGE_BYTES;
  }
}

function noRoom(size: number): never {
  throw new CallError(
    'CALL_MEMORY_EXHAUSTED',
    `Cannot write into the guest: no room for ${size} bytes`,
  );
}
