import type { HostFunction, ProtocolGuest } from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

import { BYTES_PER_FUEL, KERNEL_HEAP_START, KERNEL_RESULTS, PAGE_BYTES } from './limits.js';
import { KERNEL_BASE64 } from './kernel-bytes.js';
import { fromBase64 } from './base64.js';

/** What the kernel's module exports for the host; functions for guests are not called from here. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly fault: WebAssembly.Global<'i32'>;
  readonly high: WebAssembly.Global<'i32'>;
  begin(length: number): number;
  place(size: number): bigint;
  find(offset: bigint): bigint;
  error_set(offset: bigint): void;
}

/** What the guest did, by the number that the kernel leaves before it traps. */
const FAULTS: Readonly<Record<number, string>> = {
  1: 'it uses a block that is not allocated',
  2: 'it reads or writes beyond its block',
  4: 'it frees a block that is not allocated',
  5: 'it reads beyond its input',
};
const OUT_OF_MEMORY = 3;
const FOREIGN_OUTPUT = 6;

let kernelModule: WebAssembly.Module | undefined;

/** The memory that a guest shares with its host, in a WebAssembly module: see `kernel.wat`. */
export class Kernel {
  readonly #exports: KernelExports;
  /** Views of its memory: asking for the buffer costs more than reading a small output. */
  #bytes!: Uint8Array<ArrayBuffer>;
  #results!: Uint32Array;
  #mayHaveGrown = true;

  constructor(readonly guest: ProtocolGuest) {
    kernelModule ??= new WebAssembly.Module(fromBase64(KERNEL_BASE64));
    const { exports } = new WebAssembly.Instance(kernelModule, {
      host: {
        charge: (bytes: number) => guest.charge(Math.ceil((bytes >>> 0) / BYTES_PER_FUEL)),
        may_grow: (pages: number) => (this.#mayGrow(pages) ? 1 : 0),
      },
    });
    this.#exports = exports as unknown as KernelExports;
  }

  /** A function for guests, which they call without a step through JavaScript. */
  function(name: string): HostFunction {
    return (this.#exports as unknown as Readonly<Record<string, HostFunction>>)[name]!;
  }

  /** In bytes. */
  get size(): number {
    return this.#view.length;
  }

  /** Frees all blocks, and makes the input available. @throws As {@link explain} says. */
  begin(input: Uint8Array): void {
    const address = this.#run(() => this.#exports.begin(input.length)) >>> 0;
    if (input.length > 0) this.#view.set(input, address);
  }

  /** Copies bytes into a new block. @returns its offset. @throws As {@link explain} says. */
  store(bytes: Uint8Array): bigint {
    const offset = this.#run(() => this.#exports.place(bytes.length));
    const { address } = this.#locate(offset)!;
    this.#view.set(bytes, address);
    return offset;
  }

  /** A view of the block at an offset, valid until the guest runs again; undefined if none begins there. */
  find(offset: bigint): Uint8Array | undefined {
    const place = this.#locate(offset);
    return place && this.#view.subarray(place.address, place.address + place.size);
  }

  /** The same for an argument of a function. @throws {CallError} `CALL_TRAPPED` if no block begins there. */
  read(what: string, offset: bigint): Uint8Array {
    const block = this.find(offset);
    if (block !== undefined) return block;
    throw trapped(`${what} is not a block that it has allocated`);
  }

  /** The output with a byte before it that the caller may overwrite; undefined if the guest has set none. */
  output(): Uint8Array | undefined {
    const view = this.#view;
    if (this.#results[0] === 0) return undefined;
    const address = this.#results[1]!;
    const length = this.#results[2]!;
    return length === 0 ? new Uint8Array(1) : view.subarray(address - 1, address + length);
  }

  /** The error that the guest has set; undefined if it has set none. */
  error(): Uint8Array | undefined {
    const view = this.#view;
    if (this.#results[3] === 0) return undefined;
    const address = this.#results[4]!;
    return view.subarray(address, address + this.#results[5]!);
  }

  /** Sets the error as the guest would. */
  setError(message: Uint8Array): void {
    this.#exports.error_set(this.store(message));
  }

  /** Clears all that was ever written. */
  wipe(): void {
    this.#exports.begin(0);
    this.#view.fill(0, KERNEL_HEAP_START, this.#exports.high.value >>> 0);
  }

  /**
   * Explains why the guest threw, if the kernel trapped it.
   *
   * @returns A `CallError`: `CALL_MEMORY_EXHAUSTED`, `CALL_INVALID_OUTPUT` or `CALL_TRAPPED`; any other error as it is.
   */
  explain(error: unknown): unknown {
    const fault = this.#exports.fault.value;
    if (fault === 0) return error;
    this.#exports.fault.value = 0;
    if (fault === OUT_OF_MEMORY) {
      const { maxMemoryBytes } = this.guest.limits;
      return new CallError(
        'CALL_MEMORY_EXHAUSTED',
        `Cannot finish call: the memory limit of ${maxMemoryBytes} bytes is reached`,
        { cause: error },
      );
    }
    if (fault === FOREIGN_OUTPUT) {
      return new CallError(
        'CALL_INVALID_OUTPUT',
        'Cannot read output: it is not in a block that the guest has allocated',
        { cause: error },
      );
    }
    return trapped(FAULTS[fault] ?? `fault ${fault}`, error);
  }

  #run<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw this.explain(error);
    }
  }

  #locate(offset: bigint): { readonly address: number; readonly size: number } | undefined {
    const found = this.#exports.find(BigInt.asIntN(64, offset));
    if (found === 0n) return undefined;
    return {
      address: Number(BigInt.asUintN(32, found >> 32n)),
      size: Number(BigInt.asUintN(32, found)),
    };
  }

  #mayGrow(pages: number): boolean {
    // Both memories together: the limit is the guest's, wherever its bytes lie.
    const size = this.size + this.guest.memory.size;
    // Last: the size was read from views that growth detaches.
    this.#mayHaveGrown = true;
    return size + (pages >>> 0) * PAGE_BYTES <= this.guest.limits.maxMemoryBytes;
  }

  /** The whole memory; also renews the other view. */
  get #view(): Uint8Array<ArrayBuffer> {
    if (this.#mayHaveGrown) {
      const { buffer } = this.#exports.memory;
      this.#bytes = new Uint8Array(buffer);
      this.#results = new Uint32Array(buffer, KERNEL_RESULTS, 6);
      this.#mayHaveGrown = false;
    }
    return this.#bytes;
  }
}

/** The failure of a guest that broke a rule of the kernel. */
export function trapped(state: string, cause?: unknown): CallError {
  return new CallError('CALL_TRAPPED', `Cannot finish call: the plugin trapped: ${state}`, {
    cause,
  });
}
