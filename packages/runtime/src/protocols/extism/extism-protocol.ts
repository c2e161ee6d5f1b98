import {
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

  constructor(
    readonly guest: ProtocolGuest,
    readonly environment: Environment,
  ) {
    const own = ['hs_init', '_initialize', '_start'].find((name) => guest.has(name));
    const usesWasi = guest.imports.some(({ module }) => module.startsWith('wasi_'));
    // As in Extism: `_start` of a program for WASI is its main function, not its initialization.
    if (own === undefined || (own === '_start' && usesWasi)) return;
    this.initialize = () => this.#initialize(own);
  }

  get memoryBytes(): number {
    return this.environment.kernel.size;
  }

  readMetadata<T extends object>(read: ReadBytes<T>): ProtocolSteps<T | number> | T {
    return read(METADATA);
  }

  init(config: Uint8Array): number | ProtocolSteps<number> {
    this.environment.settings = readSettings(JSON.parse(decoder.decode(config)));
    return GuestCode.ok;
  }

  *execute<T extends object>(input: ProtocolInput, read: ReadBytes<T>): ProtocolSteps<T | number> {
    const bytes = input instanceof Uint8Array ? input : encoder.encode(this.guest.text(input));
    const call = decodeBytesCall(bytes);
    this.#requireCallable(call.name);
    const code = yield* this.run(call.name, call.input);
    if (code !== GuestCode.ok) return code;
    const output = this.environment.kernel.output();
    return read(output === undefined ? noBytesOutput() : markBytesOutput(output));
  }

  reset(): void {
    this.environment.kernel.wipe();
  }

  /** Runs a function. @returns 0, or its error code; that of a function that set an error is never 0. */
  *run(name: string, input: Uint8Array): ProtocolSteps<number> {
    const { kernel } = this.environment;
    this.environment.begin(input);
    const run = this.guest.waitingFunction(name);
    const explained = (error: unknown): never => {
      throw kernel.explain(error);
    };
    let returned: unknown;
    try {
      returned = run();
    } catch (error) {
      explained(error);
    }
    const value: unknown = yield returned instanceof Promise ? returned.catch(explained) : returned;
    this.#checkMemory();
    // A function without a result has succeeded.
    const code = value === undefined ? GuestCode.ok : this.guest.i32(name, value);
    const error = kernel.error();
    if (error === undefined) return code;
    this.guest.report(error);
    return code === GuestCode.ok ? GuestCode.error : code;
  }

  #initialize(name: string): void {
    const { kernel } = this.environment;
    this.environment.begin(NOTHING);
    try {
      if (name === 'hs_init' && this.guest.has('_initialize')) {
        this.guest.function('_initialize')();
      }
      // `hs_init` takes pointers to arguments; null is none.
      const count = this.guest.parameterCount(name);
      this.guest.function(name)(...Array.from({ length: count }, () => 0));
    } catch (error) {
      throw kernel.explain(error);
    }
  }

  #requireCallable(name: string): void {
    const state = !this.guest.has(name)
      ? 'the plugin does not export it'
      : this.guest.parameterCount(name) > 0
        ? 'it takes parameters'
        : undefined;
    if (state === undefined) return;
    this.guest.fail('CALL_INVALID_INPUT', `Cannot call ${JSON.stringify(name)}: ${state}`);
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
    if (guest.has('plugin_health')) this.health = () => this.run('plugin_health', NOTHING);
    if (guest.has('plugin_shutdown')) this.shutdown = () => this.run('plugin_shutdown', NOTHING);
  }

  override readMetadata<T extends object>(read: ReadBytes<T>): ProtocolSteps<T | number> {
    return this.#ask('plugin_metadata', NOTHING, read);
  }

  override *init(config: Uint8Array): ProtocolSteps<number> {
    super.init(config);
    return this.guest.has('plugin_init') ? yield* this.run('plugin_init', config) : GuestCode.ok;
  }

  override execute<T extends object>(
    input: ProtocolInput,
    read: ReadBytes<T>,
  ): ProtocolSteps<T | number> {
    const bytes = input instanceof Uint8Array ? input : encoder.encode(this.guest.text(input));
    return this.#ask('plugin_execute', bytes, read);
  }

  *#ask<T extends object>(
    name: string,
    input: Uint8Array,
    read: ReadBytes<T>,
  ): ProtocolSteps<T | number> {
    const code = yield* this.run(name, input);
    if (code !== GuestCode.ok) return code;
    const output = this.environment.kernel.output();
    if (output !== undefined) return read(output.subarray(1));
    return this.guest.fail('CALL_INVALID_OUTPUT', `Cannot read output: "${name}" gave none`);
  }
}
