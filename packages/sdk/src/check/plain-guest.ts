import { PAGE_BYTES } from '@testbench/types';
import { CONTRACT_SHAPES, unpackResult } from '@testbench/types/abi';

import { CLASSIC_ROOM_BYTES } from '../limits.js';
import { PlainHost } from './plain-host.js';

/** The result of a call of the guest: bytes, or its error code. */
export type GuestAnswer =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly code: number; readonly message: string };

/** The guest did something that the contract forbids: it trapped, or returned a pointer beyond its memory. */
export class ContractBreach extends Error {
  override readonly name = 'ContractBreach';
}

/** True for the protocols that {@link PlainGuest} speaks: those of the contract. */
export function isSpoken(protocol: string): boolean {
  return CONTRACT_SHAPES.some(({ name }) => name === protocol);
}

type GuestFunction = (...args: number[]) => unknown;

/**
 * A plugin on the bare engine, called exactly as the contract says.
 *
 * It is a second implementation of the contract, independent of the host's, and passes bytes that a host never would: text
 * that is not JSON, or not even UTF-8. There is no fuel and no deadline, so it runs in a thread that can be terminated.
 */
export class PlainGuest {
  readonly memory: WebAssembly.Memory;
  readonly #exports: Readonly<Record<string, unknown>>;
  readonly #host: PlainHost;
  #room = 0;

  /** @throws {ContractBreach} If the module does not start. */
  constructor(
    module: WebAssembly.Module,
    readonly contract: string,
  ) {
    this.#host = new PlainHost(() => this.memory);
    let instance: WebAssembly.Instance;
    try {
      instance = new WebAssembly.Instance(module, this.#host.importsOf(module));
    } catch (error) {
      throw new ContractBreach(`it does not start: ${words(error)}`);
    }
    this.#exports = instance.exports;
    this.memory = instance.exports['memory'] as WebAssembly.Memory;
    if (this.has('_initialize')) this.call('_initialize');
  }

  has(name: string): boolean {
    return typeof this.#exports[name] === 'function';
  }

  /** Bytes of linear memory. */
  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** @throws {ContractBreach} If the guest traps. */
  call(name: string, ...args: number[]): number | bigint | undefined {
    this.#host.message = '';
    try {
      return (this.#exports[name] as GuestFunction)(...args) as number | bigint | undefined;
    } catch (error) {
      const said = this.#host.message === '' ? '' : ` after saying "${this.#host.message}"`;
      throw new ContractBreach(`${name} traps: ${words(error)}${said}`);
    }
  }

  /** Allocates with the guest's own allocator; 0 if it has no memory left. */
  alloc(size: number): number {
    return Number(this.call('plugin_alloc', size)) >>> 0;
  }

  free(ptr: number, size: number): void {
    this.call('plugin_free', ptr, size);
  }

  /** @throws {ContractBreach} If the range is not within the memory. */
  view(what: string, ptr: number, length: number): Uint8Array {
    if (ptr + length > this.memoryBytes) {
      throw new ContractBreach(
        `${what} lies at ${ptr} with ${length} bytes, beyond the ${this.memoryBytes} of its memory`,
      );
    }
    return new Uint8Array(this.memory.buffer, ptr, length);
  }

  metadata(): GuestAnswer {
    if (this.contract === 'classic') return this.#classic('plugin_metadata');
    return this.#packed('plugin_metadata');
  }

  init(config: Uint8Array): number {
    if (!this.has('plugin_init')) return 0;
    // Some classic plugins take no arguments.
    if ((this.#exports['plugin_init'] as GuestFunction).length === 0) {
      return Number(this.call('plugin_init'));
    }
    if (this.contract === 'classic') {
      return Number(this.call('plugin_init', this.#putInRoom(config), config.length));
    }
    return this.#withInput(config, (ptr) => Number(this.call('plugin_init', ptr, config.length)));
  }

  execute(input: Uint8Array): GuestAnswer {
    if (this.contract === 'classic') return this.#classic('plugin_execute', input);
    return this.#withInput(input, (ptr) => this.#packed('plugin_execute', ptr, input.length));
  }

  executeBatch(inputs: Uint8Array): GuestAnswer {
    return this.#withInput(inputs, (ptr) =>
      this.#packed('plugin_execute_batch', ptr, inputs.length),
    );
  }

  #withInput<Result>(bytes: Uint8Array, run: (ptr: number) => Result): Result {
    const ptr = this.alloc(bytes.length);
    if (ptr === 0) {
      throw new ContractBreach(`plugin_alloc has no room for ${bytes.length} bytes`);
    }
    this.view('the room for the input', ptr, bytes.length).set(bytes);
    const result = run(ptr);
    this.free(ptr, bytes.length);
    return result;
  }

  #packed(name: string, ...args: number[]): GuestAnswer {
    const result = unpackResult(this.call(name, ...args) as bigint);
    if (!result.ok) return { ok: false, code: result.code, message: this.#host.message };
    const bytes = this.view(`the result of ${name}`, result.ptr, result.len).slice();
    this.free(result.ptr, result.len);
    return { ok: true, bytes };
  }

  /**
   * The buffers are in separate pages at the end of the memory: such a plugin need not have an allocator.
   *
   * ```
   * | u32 length | 4 bytes | output | input |
   * ```
   */
  #classic(name: string, input?: Uint8Array): GuestAnswer {
    const args = input === undefined ? [] : [this.#putInRoom(input), input.length];
    const lengthPtr = this.#makeRoom();
    const out = lengthPtr + 8;
    new DataView(this.memory.buffer).setUint32(lengthPtr, CLASSIC_ROOM_BYTES, true);
    const code = Number(this.call(name, ...args, out, lengthPtr));
    if (code !== 0) return { ok: false, code, message: this.#host.message };
    const length = new DataView(this.memory.buffer).getUint32(lengthPtr, true);
    if (length > CLASSIC_ROOM_BYTES) {
      throw new ContractBreach(`${name} says ${length} bytes, the room is ${CLASSIC_ROOM_BYTES}`);
    }
    return { ok: true, bytes: this.view(`the result of ${name}`, out, length).slice() };
  }

  #putInRoom(input: Uint8Array): number {
    const ptr = this.#makeRoom() + 8 + CLASSIC_ROOM_BYTES;
    this.view('the room for the input', ptr, input.length).set(input);
    return ptr;
  }

  #makeRoom(): number {
    if (this.#room === 0) {
      const pages = Math.ceil((8 + 2 * CLASSIC_ROOM_BYTES) / PAGE_BYTES);
      this.#room = this.memory.grow(pages) * PAGE_BYTES;
    }
    return this.#room;
  }
}

/** An engine's error message, on one line. */
function words(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
