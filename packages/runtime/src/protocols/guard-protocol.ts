import type {
  ProtocolAnswer,
  ProtocolFailureCode,
  ProtocolFunction,
  ProtocolGuest,
  ProtocolImports,
  ProtocolInput,
  ProtocolMemory,
  ProtocolSession,
  ProtocolSteps,
  ReadBytes,
  WireProtocol,
} from '@testbench/types/abi';
import { CallError, LoadError, PluginError } from '@testbench/types/errors';

import { IMPORT_FUEL } from '../limits.js';
import { isSteps } from './take-steps.js';

/** Codes that an adapter may fail with; any other failure is a fault of the adapter. */
const FAILURE_CODES: ReadonlySet<string> = new Set<ProtocolFailureCode>([
  'CALL_INVALID_INPUT',
  'CALL_INVALID_OUTPUT',
  'CALL_MEMORY_EXHAUSTED',
  'CALL_OUTPUT_TOO_LARGE',
]);

/**
 * Guards a host's own adapter, so that its faults are distinguished from the guest's: errors that it throws itself, and answers of a wrong type, are a
 * `CALL_PROTOCOL_FAILED`, or a `LOAD_PROTOCOL_FAILED` before the first call. A guest's trap still fails the call if the adapter swallows it.
 */
export function guardProtocol(protocol: WireProtocol): WireProtocol {
  const guests = new WeakMap<ProtocolGuest, GuardedGuest>();
  const guarded = (guest: ProtocolGuest): GuardedGuest => {
    const known = guests.get(guest) ?? new GuardedGuest(guest, protocol.name);
    guests.set(guest, known);
    return known;
  };
  return {
    ...protocol,
    ...(protocol.createImports === undefined
      ? {}
      : {
          createImports: (guest) => {
            const seen = guarded(guest);
            return guardImports(
              protocol,
              seen,
              seen.opening(() => protocol.createImports!(seen)),
            );
          },
        }),
    open: (guest, imports) => {
      const seen = guarded(guest);
      const session = seen.opening(() => protocol.open(seen, imports));
      const has = (name: 'readMetadata' | 'init' | 'execute'): boolean =>
        typeof (session as Partial<ProtocolSession> | undefined)?.[name] === 'function';
      if (!has('readMetadata') || !has('init') || !has('execute')) {
        throw openFailure(protocol.name, '"open" gave no session');
      }
      return new GuardedSession(session, seen);
    },
  };
}

/** Wraps the imports that the protocol declares; undeclared ones are not passed to the guest. */
function guardImports(
  { name: protocol, imports }: WireProtocol,
  guest: GuardedGuest,
  given: ProtocolImports,
): ProtocolImports {
  const modules: Record<string, ProtocolImports[string]> = Object.create(null);
  for (const [module, functions] of Object.entries(imports)) {
    const wrapped: Record<string, ProtocolImports[string][string]> = Object.create(null);
    for (const name of Object.keys(functions)) {
      const run: unknown = (given as ProtocolImports | undefined)?.[module]?.[name];
      if (typeof run !== 'function') {
        throw openFailure(protocol, `"createImports" gave no function "${module}.${name}"`);
      }
      wrapped[name] = (...args) =>
        guest.own(() => {
          guest.charge(IMPORT_FUEL);
          return run(...args);
        });
    }
    modules[module] = wrapped;
  }
  return modules;
}

function openFailure(protocol: string, state: string, cause?: unknown): LoadError {
  return new LoadError(
    'LOAD_PROTOCOL_FAILED',
    `Cannot open protocol "${protocol}": ${state}`,
    cause === undefined ? {} : { cause },
  );
}

/** Records errors that the guest threw or the host raised: the adapter must pass them on. */
class GuardedGuest implements ProtocolGuest {
  readonly memory: ProtocolMemory;
  readonly #known = new WeakSet<object>();
  /** The guest's error during the current answer. */
  #thrown: { readonly error: unknown } | undefined;

  constructor(
    readonly guest: ProtocolGuest,
    readonly protocol: string,
  ) {
    this.memory = {
      get size() {
        return guest.memory.size;
      },
      check: (what, ptr, length) => {
        this.#pass(() => {
          requireNumbers(what, ptr, length);
          guest.memory.check(what, ptr, length);
        });
      },
      range: (what, ptr, length) =>
        this.#pass(() => {
          requireNumbers(what, ptr, length);
          return guest.memory.range(what, ptr, length);
        }),
      write: (input, allocate) =>
        this.#pass(() => guest.memory.write(input, this.#allocator(allocate))),
      grow: (pages) => {
        if (Number.isSafeInteger(pages) && pages >= 0) return guest.memory.grow(pages);
        throw new RangeError('Cannot grow memory: expected a number of pages');
      },
    };
  }

  get limits(): ProtocolGuest['limits'] {
    return this.guest.limits;
  }

  get waits(): boolean {
    return this.guest.waits;
  }

  get imports(): ProtocolGuest['imports'] {
    return this.guest.imports;
  }

  perform(...effect: Parameters<ProtocolGuest['perform']>): ReturnType<ProtocolGuest['perform']> {
    return this.#pass(() => this.guest.perform(...effect));
  }

  log(...record: Parameters<ProtocolGuest['log']>): void {
    this.#pass(() => this.guest.log(...record));
  }

  report(text: Uint8Array): void {
    this.#pass(() => this.guest.report(text));
  }

  has(name: string): boolean {
    return this.guest.has(name);
  }

  parameterCount(name: string): number {
    return this.#pass(() => this.guest.parameterCount(name));
  }

  function(name: string): ProtocolFunction {
    return this.#watch(this.#pass(() => this.guest.function(name)));
  }

  waitingFunction(name: string): ProtocolFunction {
    return this.#watch(this.#pass(() => this.guest.waitingFunction(name)));
  }

  i32(name: string, value: unknown): number {
    return this.#pass(() => this.guest.i32(name, value));
  }

  text(input: ProtocolInput): string {
    return this.guest.text(input);
  }

  charge(fuel: number): void {
    if (!Number.isSafeInteger(fuel) || fuel < 0) {
      throw new RangeError('Cannot charge fuel: expected a whole number from 0');
    }
    this.#pass(() => this.guest.charge(fuel));
  }

  fail(code: ProtocolFailureCode, message: string): never {
    if (!FAILURE_CODES.has(code)) {
      throw new TypeError(`Cannot fail with ${JSON.stringify(code)}: an adapter has no such code`);
    }
    return this.#pass(() => this.guest.fail(code, message));
  }

  /** Begins an answer. */
  begin(): void {
    this.#thrown = undefined;
  }

  /** Ends an answer. @throws The guest's error, if the adapter has swallowed it. */
  end(): void {
    if (this.#thrown !== undefined) throw this.#thrown.error;
  }

  /** Runs code of the adapter. @throws {CallError} `CALL_PROTOCOL_FAILED` for its own faults. */
  own<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw this.note(this.isKnown(error) ? error : this.failure(words(error), error));
    }
  }

  /** Runs code of the adapter before the guest runs. @throws {LoadError} `LOAD_PROTOCOL_FAILED`. */
  opening<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (this.isKnown(error)) throw error;
      throw openFailure(this.protocol, words(error), error);
    }
  }

  failure(state: string, cause?: unknown): CallError {
    return new CallError(
      'CALL_PROTOCOL_FAILED',
      `Cannot finish call: the adapter of protocol "${this.protocol}" failed: ${state}`,
      cause === undefined ? {} : { cause },
    );
  }

  isKnown(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#known.has(error);
  }

  /** Records an error that the adapter may pass on. */
  note<T>(error: T): T {
    if (typeof error === 'object' && error !== null) this.#known.add(error);
    return error;
  }

  #pass<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw this.note(error);
    }
  }

  #watch(run: ProtocolFunction): ProtocolFunction {
    const threw = (error: unknown): never => {
      this.#thrown ??= { error };
      throw this.note(error);
    };
    return (...args) => {
      let value: unknown;
      try {
        value = run(...args);
      } catch (error) {
        return threw(error);
      }
      return value instanceof Promise ? value.catch(threw) : value;
    };
  }

  #allocator(allocate: (size: number) => number): (size: number) => number {
    return (size) => {
      const ptr: unknown = this.own(() => allocate(size));
      if (typeof ptr === 'number') return ptr;
      throw this.note(this.failure('its allocator gave no number'));
    };
  }
}

/** A session of a host's own adapter, with each answer checked. */
class GuardedSession implements ProtocolSession {
  readonly initialize: ProtocolSession['initialize'];
  readonly executeBatch: ProtocolSession['executeBatch'];
  readonly health: ProtocolSession['health'];
  readonly shutdown: ProtocolSession['shutdown'];
  readonly reset: ProtocolSession['reset'];

  constructor(
    readonly session: ProtocolSession,
    readonly guest: GuardedGuest,
  ) {
    const { initialize, executeBatch, health, shutdown, reset } = session;
    if (typeof reset === 'function') this.reset = () => guest.own(() => reset.call(session));
    if (typeof initialize === 'function') {
      this.initialize = () => {
        guest.begin();
        guest.own(() => initialize.call(session));
        guest.end();
      };
    }
    if (typeof executeBatch === 'function') {
      this.executeBatch = (inputs, read) =>
        this.#reading(read, (once) => executeBatch.call(session, inputs, once) as never);
    }
    if (typeof health === 'function') {
      this.health = () => this.#steps(() => health.call(session), isCode);
    }
    if (typeof shutdown === 'function') {
      this.shutdown = () =>
        this.#steps(
          () => shutdown.call(session),
          () => true,
        );
    }
  }

  get memoryBytes(): number {
    const bytes: unknown = this.session.memoryBytes;
    return Number.isSafeInteger(bytes) ? (bytes as number) : 0;
  }

  readMetadata<T extends object>(read: ReadBytes<T>): ProtocolSteps<T | number> {
    return this.#reading(read, (once) => this.session.readMetadata(once));
  }

  init(config: Uint8Array): ProtocolSteps<number> {
    return this.#steps(() => this.session.init(config), isCode);
  }

  execute<T extends object>(input: ProtocolInput, read: ReadBytes<T>): ProtocolSteps<T | number> {
    return this.#reading(read, (once) => this.session.execute(input, once));
  }

  /** Steps that end with the result of `read`, or with an error code. */
  #reading<T extends object>(
    read: ReadBytes<T>,
    run: (once: ReadBytes<T>) => ProtocolAnswer<T | number>,
  ): ProtocolSteps<T | number> {
    const { guest } = this;
    let given: T | undefined;
    const once: ReadBytes<T> = (bytes) => {
      if (!(bytes instanceof Uint8Array)) throw guest.note(guest.failure('it read no bytes'));
      try {
        given = read(bytes);
      } catch (error) {
        throw guest.note(error);
      }
      return given;
    };
    return this.#steps(
      () => run(once),
      (answer) => (answer === given && given !== undefined) || (isCode(answer) && answer !== 0),
    );
  }

  *#steps<T>(
    run: () => ProtocolAnswer<T>,
    isAnswer: (answer: unknown) => boolean,
  ): ProtocolSteps<T> {
    const { guest } = this;
    guest.begin();
    let answer = guest.own(run);
    if (isSteps(answer)) {
      const steps = answer;
      let step = guest.own(() => steps.next());
      while (step?.done === false) {
        const value = yield step.value;
        step = guest.own(() => steps.next(value));
      }
      if (step?.done !== true) throw guest.failure('its steps give no steps');
      answer = step.value;
    }
    guest.end();
    if (isAnswer(answer)) return answer;
    throw guest.failure('its answer is neither an error code nor what was read');
  }
}

/** Requires 32-bit numbers: a larger one would become a different address. */
function requireNumbers(what: string, ...values: readonly number[]): void {
  for (const value of values) {
    if (Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32) continue;
    throw new CallError(
      'CALL_INVALID_OUTPUT',
      `Cannot read ${what}: expected a place and a length of 32 bits`,
    );
  }
}

function isCode(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value;
}

function words(error: unknown): string {
  return PluginError.is(error) || error instanceof Error ? error.message : String(error);
}
