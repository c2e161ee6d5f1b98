import {
  type ProtocolAnswer,
  type ProtocolFunction,
  type ProtocolGuest,
  type ProtocolImports,
  type ProtocolInput,
  type ProtocolSession,
  type ProtocolSteps,
  type ReadBytes,
  API_VERSION,
  GuestCode,
  type WireProtocol,
} from '@testbench/types/abi';
import {
  decodeBytesCall,
  EXTISM_MODULE,
  EXTISM_SHAPES,
  markBytesOutput,
  noBytesOutput,
} from '@testbench/types/protocols';

import { Environment } from './environment.js';
import { readSettings } from './settings.js';

const [CONTRACT_SHAPE, BYTES_SHAPE] = EXTISM_SHAPES;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NOTHING = new Uint8Array();

/** What is known of a plugin that does not describe itself. */
const METADATA = encoder.encode(
  JSON.stringify({
    name: 'extism',
    version: '0.0.0',
    plugin_type: 'custom',
    api_version: API_VERSION,
  }),
);

/** The environment of each guest, from the moment at which its imports are made. */
const environments = new WeakMap<ProtocolGuest, Environment>();

function createImports(guest: ProtocolGuest): ProtocolImports {
  const environment = new Environment(guest);
  environments.set(guest, environment);
  return environment.imports(Object.keys(BYTES_SHAPE.imports[EXTISM_MODULE]!));
}

/** Extism's protocols: plugins whose functions take and return bytes, and plugins of the contract that were built with one of Extism's kits. */
export const EXTISM_PROTOCOLS: readonly WireProtocol[] = [
  {
    ...CONTRACT_SHAPE,
    specificationVersion: 'v1',
    createImports,
    open: (guest) => new ContractSession(guest, environments.get(guest)!),
  },
  {
    ...BYTES_SHAPE,
    specificationVersion: 'v1',
    createImports,
    open: (guest) => new ExtismSession(guest, environments.get(guest)!),
  },
];

/** A guest whose functions take nothing and return an i32: bytes go through the kernel. */
class ExtismSession implements ProtocolSession {
  readonly initialize: ProtocolSession['initialize'];
  /** Functions that were called before: they need not be looked for again. */
  readonly #functions = new Map<string, ProtocolFunction>();

  constructor(
    readonly guest: ProtocolGuest,
    readonly environment: Environment,
  ) {
    const names = initializers(guest);
    if (names.length > 0) this.initialize = () => this.#initialize(names);
  }

  get memoryBytes(): number {
    return this.environment.kernel.size;
  }

  readMetadata<T extends object>(read: ReadBytes<T>): ProtocolAnswer<T | number> {
    return read(METADATA);
  }

  init(config: Uint8Array): ProtocolAnswer<number> {
    this.environment.settings = readSettings(JSON.parse(decoder.decode(config)));
    return GuestCode.ok;
  }

  execute<T extends object>(input: ProtocolInput, read: ReadBytes<T>): ProtocolAnswer<T | number> {
    const call = decodeBytesCall(this.bytesOf(input));
    return this.run(call.name, call.input, (code) => {
      if (code !== GuestCode.ok) return code;
      const output = this.environment.kernel.output();
      return read(output === undefined ? noBytesOutput() : markBytesOutput(output));
    });
  }

  reset(): void {
    this.environment.kernel.wipe();
  }

  protected bytesOf(input: ProtocolInput): Uint8Array {
    return input instanceof Uint8Array ? input : encoder.encode(this.guest.text(input));
  }

  /**
   * Runs a function.
   *
   * @param then Gets its error code; that of a function that set an error is never 0.
   * @returns Steps only if the guest was suspended: they are dear for a small call.
   */
  protected run<T>(name: string, input: Uint8Array, then: (code: number) => T): ProtocolAnswer<T> {
    const run = this.#functions.get(name) ?? this.#find(name);
    const { kernel } = this.environment;
    this.environment.begin(input);
    let returned: unknown;
    try {
      returned = run();
    } catch (error) {
      throw kernel.explain(error);
    }
    if (!(returned instanceof Promise)) return then(this.#codeOf(name, returned));
    const explained = returned.catch((error: unknown) => {
      throw kernel.explain(error);
    });
    return waitFor(explained, (value) => then(this.#codeOf(name, value)));
  }

  #codeOf(name: string, value: unknown): number {
    this.#checkMemory();
    // A function without a result has succeeded.
    const code = value === undefined ? GuestCode.ok : this.guest.i32(name, value);
    const error = this.environment.kernel.error();
    if (error === undefined) return code;
    this.guest.report(error);
    return code === GuestCode.ok ? GuestCode.error : code;
  }

  #initialize(names: readonly string[]): void {
    this.environment.begin(NOTHING);
    try {
      for (const name of names) {
        // `hs_init` takes pointers to arguments; null is none.
        const count = this.guest.parameterCount(name);
        this.guest.function(name)(...Array.from({ length: count }, () => 0));
      }
    } catch (error) {
      throw this.environment.kernel.explain(error);
    }
  }

  #find(name: string): ProtocolFunction {
    const state = !this.guest.has(name)
      ? 'the plugin does not export it'
      : this.guest.parameterCount(name) > 0
        ? 'it takes parameters'
        : undefined;
    if (state !== undefined) {
      this.guest.fail('CALL_INVALID_INPUT', `Cannot call ${JSON.stringify(name)}: ${state}`);
    }
    const found = this.guest.waitingFunction(name);
    this.#functions.set(name, found);
    return found;
  }

  /** The guest's own memory may have grown after the kernel's. */
  #checkMemory(): void {
    const { maxMemoryBytes } = this.guest.limits;
    if (this.memoryBytes + this.guest.memory.size <= maxMemoryBytes) return;
    this.guest.fail(
      'CALL_MEMORY_EXHAUSTED',
      `Cannot finish call: the memory limit of ${maxMemoryBytes} bytes is reached`,
    );
  }
}

/** A plugin of the contract: the same functions as in v1, with JSON as the input and output of the kit. */
class ContractSession extends ExtismSession {
  readonly health: ProtocolSession['health'];
  readonly shutdown: ProtocolSession['shutdown'];

  constructor(guest: ProtocolGuest, environment: Environment) {
    super(guest, environment);
    if (guest.has('plugin_health')) this.health = () => this.#code('plugin_health', NOTHING);
    if (guest.has('plugin_shutdown')) this.shutdown = () => this.#code('plugin_shutdown', NOTHING);
  }

  override readMetadata<T extends object>(read: ReadBytes<T>): ProtocolAnswer<T | number> {
    return this.#ask('plugin_metadata', NOTHING, read);
  }

  override init(config: Uint8Array): ProtocolAnswer<number> {
    const code = super.init(config);
    return this.guest.has('plugin_init') ? this.#code('plugin_init', config) : code;
  }

  override execute<T extends object>(
    input: ProtocolInput,
    read: ReadBytes<T>,
  ): ProtocolAnswer<T | number> {
    return this.#ask('plugin_execute', this.bytesOf(input), read);
  }

  #code(name: string, input: Uint8Array): ProtocolAnswer<number> {
    return this.run(name, input, (code) => code);
  }

  #ask<T extends object>(
    name: string,
    input: Uint8Array,
    read: ReadBytes<T>,
  ): ProtocolAnswer<T | number> {
    return this.run(name, input, (code) => {
      if (code !== GuestCode.ok) return code;
      const output = this.environment.kernel.output();
      if (output !== undefined) return read(output.subarray(1));
      return this.guest.fail('CALL_INVALID_OUTPUT', `Cannot read output: "${name}" gave none`);
    });
  }
}

function* waitFor<T>(promise: Promise<unknown>, then: (value: unknown) => T): ProtocolSteps<T> {
  return then(yield promise);
}

/** What Extism's SDK calls once a guest is linked, in its order. */
function initializers(guest: ProtocolGuest): string[] {
  const own = (...names: readonly string[]): string[] => names.filter((name) => guest.has(name));
  // `_start` of a program for WASI is its main function, not its initialization.
  const usesWasi = guest.imports.some(({ module }) => module.startsWith('wasi_'));
  return usesWasi
    ? own('_initialize', 'hs_init')
    : own('hs_init', '_initialize', '_start').slice(0, 1);
}
