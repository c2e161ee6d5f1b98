import type { CallErrorCode } from '../errors/call-error-codes.js';
import type { HostFunction, ProtocolHost } from '../host/host-binding.js';
import type { ResourceLimits } from '../call-limits.js';
import type { ProtocolShape } from './protocol-shape.js';

/**
 * The adapter of a wire protocol: how metadata, configuration, inputs and outputs cross between a host and a guest.
 *
 * The adapters of the contract, v1 and classic, are built in. A host adds others with its option `protocols`: addresses of modules that
 * export an adapter as `protocol`, since functions cannot be passed to threads and processes.
 */
export interface WireProtocol extends ProtocolShape {
  readonly specificationVersion: 'v1';
  /**
   * Makes the functions of {@link ProtocolShape.imports} for one instance, before it exists. They answer at once: if a guest
   * runs in a thread or process, nothing can wait in JavaScript. Each call is charged only a flat price; `guest.charge`
   * charges more.
   */
  createImports?(guest: ProtocolGuest): ProtocolImports;
  /**
   * Opens the protocol for one instance, which exists but has not run any code.
   *
   * @param imports The result of `createImports`.
   */
  open(guest: ProtocolGuest, imports: ProtocolImports | undefined): ProtocolSession;
}

/** Functions that a protocol offers to its guests: module, then name. */
export type ProtocolImports = Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;

/**
 * Steps through guest code: a generator that yields the result of each {@link ProtocolGuest.waitingFunction} and receives it back, settled
 * if it was a promise. So the same steps work for guests that run without a break and for guests that are suspended while the host works.
 */
export type ProtocolSteps<T> = Generator<unknown, T, unknown>;

/** The result of a session's method: steps, or the result itself if no function that may wait was called. */
export type ProtocolAnswer<T> = T | ProtocolSteps<T>;

/**
 * Reads the bytes of metadata or of an output. They may lie in the guest's memory, so none of them are kept.
 *
 * @returns The value that the session's method must return.
 * @throws {CallError} If there are too many bytes, or they are malformed. Let it pass.
 */
export type ReadBytes<T> = (bytes: Uint8Array) => T;

/** JSON on its way to a guest: a text, a long one in pieces, or UTF-8 already. */
export type ProtocolInput = string | readonly string[] | Uint8Array;

/**
 * The conversation with one instance. Calls never overlap.
 *
 * A number instead of the value read is the guest's error code, and not 0. Let everything that guest functions and {@link ProtocolGuest}
 * throw pass through.
 */
export interface ProtocolSession {
  /** Runs the guest's own initialization, after its start function. Nothing in it can wait. @default nothing */
  readonly initialize?: (() => void) | undefined;
  /** Asks for metadata: UTF-8 JSON as on the wire. Nothing in it can wait. */
  readMetadata<T extends object>(read: ReadBytes<T>): ProtocolAnswer<T | number>;
  /** Passes the configuration, as UTF-8 JSON. @returns 0, or an error code. */
  init(config: Uint8Array): ProtocolAnswer<number>;
  /** Runs one input, which is written as {@link ProtocolShape.payload} says; `read` takes an output in the same form. */
  execute<T extends object>(input: ProtocolInput, read: ReadBytes<T>): ProtocolAnswer<T | number>;
  /** Runs a JSON list of inputs; the output is a list of as many envelopes. Undefined if the guest does not support it: each input then runs alone. */
  readonly executeBatch?:
    | (<T extends object>(inputs: ProtocolInput, read: ReadBytes<T>) => ProtocolAnswer<T | number>)
    | undefined;
  /** Checks the guest's health. @returns 0, or an error code. @default 0 */
  readonly health?: (() => ProtocolAnswer<number>) | undefined;
  /** Notifies the guest that no more calls will come. @default nothing */
  readonly shutdown?: (() => ProtocolAnswer<unknown>) | undefined;
  /** Forgets everything that earlier calls left outside of the guest, whose own memory is restored as well. @default nothing */
  readonly reset?: (() => void) | undefined;
  /** Memory that the adapter holds for the guest, in bytes. @default 0 */
  readonly memoryBytes?: number | undefined;
}

/** A guest's function as JavaScript sees it: an i32 is a number, an i64 a bigint. Its results are not checked. */
export type ProtocolFunction = (...args: (number | bigint)[]) => unknown;

/** Codes that an adapter may fail a call with. */
export type ProtocolFailureCode = Extract<
  CallErrorCode,
  'CALL_INVALID_INPUT' | 'CALL_INVALID_OUTPUT' | 'CALL_MEMORY_EXHAUSTED' | 'CALL_OUTPUT_TOO_LARGE'
>;

/** A guest as the adapter of its protocol sees it. In `createImports`, before there is an instance, functions and memory throw. */
export interface ProtocolGuest extends ProtocolHost {
  /** What the guest imports. */
  readonly imports: readonly { readonly module: string; readonly name: string }[];
  /** Limits that an adapter needs to know. */
  readonly limits: Pick<ResourceLimits, 'maxOutputBytes' | 'maxMemoryBytes'>;
  /** True if functions of the guest may return promises. */
  readonly waits: boolean;
  readonly memory: ProtocolMemory;
  /** True if the guest exports something with that name. */
  has(name: string): boolean;
  /** Number of parameters of a function. @throws {LoadError} As {@link ProtocolGuest.function}. */
  parameterCount(name: string): number;
  /** A function that cannot wait for the host. @throws {LoadError} `LOAD_BAD_EXPORT` if there is none with that name. */
  function(name: string): ProtocolFunction;
  /** A function that may wait: its result must be yielded. @throws {LoadError} `LOAD_BAD_EXPORT`. */
  waitingFunction(name: string): ProtocolFunction;
  /** Makes sure that a function returned an i32. @throws {CallError} `CALL_INVALID_OUTPUT`. */
  i32(name: string, value: unknown): number;
  /** An input as one text. */
  text(input: ProtocolInput): string;
  /** Charges fuel, for an import that does much work. It throws if the guest has to stop: let the error pass. */
  charge(fuel: number): void;
  /** Fails the call or the load. @param message Such as `Cannot read output: …`. */
  fail(code: ProtocolFailureCode, message: string): never;
}

/** Linear memory of a guest. Every pointer and length that the guest named is checked here; both are taken as unsigned. */
export interface ProtocolMemory {
  /** In bytes. */
  readonly size: number;
  /**
   * Makes sure that a range is wholly inside the memory.
   *
   * @param what For the error, as in "Cannot read output: …".
   * @throws {CallError} `CALL_INVALID_OUTPUT` if it is not.
   */
  check(what: string, ptr: number, length: number): void;
  /**
   * A view of a range, to read or to write; valid until the guest runs again.
   *
   * @throws {CallError} As `check` does.
   */
  range(what: string, ptr: number, length: number): Uint8Array;
  /**
   * Writes an input to the place that the guest provides.
   *
   * @param allocate Runs guest code that returns a place for a number of bytes.
   * @throws {CallError} `CALL_INVALID_OUTPUT` for a place outside the memory; and any error of `allocate`.
   */
  write(input: ProtocolInput, allocate: (size: number) => number): ProtocolPlace;
  /**
   * Adds 64 KiB pages at the end, without the guest's knowledge.
   *
   * @returns Where the new pages begin; undefined if the memory may not grow that far.
   */
  grow(pages: number): number | undefined;
}

/** A piece of a guest's memory. */
export interface ProtocolPlace {
  readonly ptr: number;
  readonly length: number;
}
