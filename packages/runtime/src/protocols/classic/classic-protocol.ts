import {
  CONTRACT_SHAPES,
  GuestCode,
  type ProtocolFunction,
  type ProtocolGuest,
  type ProtocolInput,
  type ProtocolMemory,
  type ProtocolPlace,
  type ProtocolSession,
  type ProtocolSteps,
  type ReadBytes,
  type WireProtocol,
} from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

import { CLASSIC_OUTPUT_BYTES } from '../../limits.js';
import { AllocatedBuffers, GrownBuffers, type OutputBuffers } from './output-buffers.js';

const [SHAPE] = CONTRACT_SHAPES;

/** The signature of the original documentation. */
export const CLASSIC_PROTOCOL: WireProtocol = {
  ...SHAPE,
  specificationVersion: 'v1',
  open: (guest) => new ClassicSession(guest),
};

/**
 * The host provides the room for the output.
 *
 * ```
 * plugin_metadata(out, out_len) -> i32        plugin_execute(in, in_len, out, out_len) -> i32
 *
 *   out_len -> +--------+   before: capacity of out; after: bytes written, or needed if the result is -4
 *              | u32 le |
 *              +--------+
 * ```
 */
class ClassicSession implements ProtocolSession {
  readonly initialize: ProtocolSession['initialize'];
  readonly health: ProtocolSession['health'];
  readonly shutdown: ProtocolSession['shutdown'];
  readonly #memory: ProtocolMemory;
  readonly #buffers: OutputBuffers;
  readonly #execute: ProtocolFunction;

  constructor(readonly guest: ProtocolGuest) {
    this.#memory = guest.memory;
    this.#execute = guest.waitingFunction('plugin_execute');
    this.#buffers =
      guest.has('plugin_alloc') && guest.has('plugin_free')
        ? new AllocatedBuffers(guest)
        : new GrownBuffers(guest);
    if (guest.has('_initialize')) this.initialize = () => void guest.function('_initialize')();
    if (guest.has('plugin_health')) this.health = () => this.#code('plugin_health');
    if (guest.has('plugin_shutdown')) this.shutdown = () => this.#code('plugin_shutdown');
  }

  readMetadata<T extends object>(read: ReadBytes<T>): ProtocolSteps<T | number> {
    const metadata = this.guest.function('plugin_metadata');
    return this.#ask('metadata', read, (out, length) => metadata(out, length));
  }

  *init(config: Uint8Array): ProtocolSteps<number> {
    const { guest } = this;
    if (!guest.has('plugin_init')) return GuestCode.ok;
    const init = guest.waitingFunction('plugin_init');
    if (guest.parameterCount('plugin_init') === 0) return guest.i32('plugin_init', yield init());
    const { ptr, length } = this.#write(config);
    const code = guest.i32('plugin_init', yield init(ptr, length));
    this.#buffers.releaseAll();
    return code;
  }

  execute<T extends object>(input: ProtocolInput, read: ReadBytes<T>): ProtocolSteps<T | number> {
    const { ptr, length } = this.#write(input);
    const run = this.#execute;
    return this.#ask('output', read, (out, outLength) => run(ptr, length, out, outLength));
  }

  *#code(name: string): ProtocolSteps<number> {
    const value = yield this.guest.waitingFunction(name)();
    return this.guest.i32(name, value);
  }

  #write(input: ProtocolInput): ProtocolPlace {
    return this.#memory.write(input, (size) => this.#buffers.take(size));
  }

  /** Calls the plugin once, and again if it says that the room was too small. */
  *#ask<T extends object>(
    what: string,
    read: ReadBytes<T>,
    call: (out: number, outLength: number) => unknown,
  ): ProtocolSteps<T | number> {
    const { maxOutputBytes } = this.guest.limits;
    const lengthPtr = this.#buffers.take(4);
    let capacity = Math.min(CLASSIC_OUTPUT_BYTES, maxOutputBytes);
    for (let attempt = 0; ; attempt += 1) {
      const out = this.#buffers.take(capacity);
      this.#writeLength(lengthPtr, capacity);
      const code = this.guest.i32(
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
        const value = read(this.#memory.range(what, out, length));
        this.#buffers.releaseAll();
        return value;
      }
      if (code !== GuestCode.outOfMemory || attempt > 0 || length <= capacity) {
        this.#buffers.releaseAll();
        return code;
      }
      if (length > maxOutputBytes) {
        throw new CallError(
          'CALL_OUTPUT_TOO_LARGE',
          `Cannot read ${what}: ${length} bytes, limit is ${maxOutputBytes}`,
        );
      }
      capacity = length;
    }
  }

  #writeLength(ptr: number, value: number): void {
    const cell = this.#memory.range('the room for the length', ptr, 4);
    new DataView(cell.buffer, cell.byteOffset, 4).setUint32(0, value, true);
  }

  #readLength(ptr: number): number {
    const cell = this.#memory.range('the room for the length', ptr, 4);
    return new DataView(cell.buffer, cell.byteOffset, 4).getUint32(0, true);
  }
}
