import {
  CONTRACT_SHAPES,
  type ProtocolAnswer,
  type ProtocolFunction,
  type ProtocolGuest,
  type ProtocolInput,
  type ProtocolMemory,
  type ProtocolPlace,
  type ProtocolSession,
  type ProtocolSteps,
  type ReadBytes,
  unpackResult,
  type WireProtocol,
} from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

const [, SHAPE] = CONTRACT_SHAPES;

/** The v1 contract: packed results, the guest allocates. */
export const V1_PROTOCOL: WireProtocol = {
  ...SHAPE,
  specificationVersion: 'v1',
  open: (guest) => new V1Session(guest),
};

class V1Session implements ProtocolSession {
  readonly initialize: ProtocolSession['initialize'];
  readonly executeBatch: ProtocolSession['executeBatch'];
  readonly health: ProtocolSession['health'];
  readonly #memory: ProtocolMemory;
  readonly #alloc: ProtocolFunction;
  readonly #free: ProtocolFunction;
  readonly #execute: ProtocolFunction;

  constructor(readonly guest: ProtocolGuest) {
    this.#memory = guest.memory;
    this.#alloc = guest.function('plugin_alloc');
    this.#free = guest.function('plugin_free');
    this.#execute = guest.waitingFunction('plugin_execute');
    if (guest.has('_initialize')) this.initialize = () => void guest.function('_initialize')();
    if (guest.has('plugin_execute_batch')) {
      const run = guest.waitingFunction('plugin_execute_batch');
      this.executeBatch = (inputs, read) => this.#call(run, inputs, read);
    }
    if (guest.has('plugin_health')) {
      const health = guest.waitingFunction('plugin_health');
      this.health = () => this.#code('plugin_health', health);
    }
  }

  readMetadata<T extends object>(read: ReadBytes<T>): T | number {
    return this.#give('metadata', this.guest.function('plugin_metadata')(), undefined, read);
  }

  *init(config: Uint8Array): ProtocolSteps<number> {
    const init = this.guest.waitingFunction('plugin_init');
    const { ptr, length } = this.#write(config);
    const code = this.guest.i32('plugin_init', yield init(ptr, length));
    this.#free(ptr, length);
    return code;
  }

  execute<T extends object>(input: ProtocolInput, read: ReadBytes<T>): ProtocolAnswer<T | number> {
    return this.#call(this.#execute, input, read);
  }

  *shutdown(): ProtocolSteps<void> {
    yield this.guest.waitingFunction('plugin_shutdown')();
  }

  #call<T extends object>(
    run: ProtocolFunction,
    input: ProtocolInput,
    read: ReadBytes<T>,
  ): ProtocolAnswer<T | number> {
    if (this.guest.waits) return this.#callWaiting(run, input, read);
    const place = this.#write(input);
    return this.#give('output', run(place.ptr, place.length), place, read);
  }

  *#callWaiting<T extends object>(
    run: ProtocolFunction,
    input: ProtocolInput,
    read: ReadBytes<T>,
  ): ProtocolSteps<T | number> {
    const place = this.#write(input);
    return this.#give('output', yield run(place.ptr, place.length), place, read);
  }

  *#code(name: string, run: ProtocolFunction): ProtocolSteps<number> {
    return this.guest.i32(name, yield run());
  }

  #write(input: ProtocolInput): ProtocolPlace {
    return this.#memory.write(input, this.#allocate);
  }

  readonly #allocate = (size: number): number => {
    const ptr = this.guest.i32('plugin_alloc', this.#alloc(size)) >>> 0;
    if (ptr !== 0) return ptr;
    throw new CallError(
      'CALL_MEMORY_EXHAUSTED',
      `Cannot write input: "plugin_alloc" has no room for ${size} bytes`,
    );
  };

  /** Reads the bytes that a packed result points at, and frees the memory of input and output. */
  #give<T extends object>(
    what: string,
    packed: unknown,
    input: ProtocolPlace | undefined,
    read: ReadBytes<T>,
  ): T | number {
    if (typeof packed !== 'bigint') {
      throw new CallError('CALL_INVALID_OUTPUT', `Cannot read ${what}: expected an i64 result`);
    }
    // Unpacked and checked before the input is freed: freeing runs guest code, which cannot move anything but may trap.
    const result = unpackResult(packed);
    if (result.ok) this.#memory.check(what, result.ptr, result.len);
    if (input !== undefined) this.#free(input.ptr, input.length);
    if (!result.ok) return result.code;
    const value = read(this.#memory.range(what, result.ptr, result.len));
    this.#free(result.ptr, result.len);
    return value;
  }
}
