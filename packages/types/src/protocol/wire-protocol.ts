import type { CallErrorCode } from '../errors/call-error-codes.js';
import type { HostFunction } from '../host/host-binding.js';
import type { ResourceLimits } from '../call-limits.js';
import type { ProtocolShape } from './protocol-shape.js';

/**
 * The adapter of a wire protocol: how metadata, configuration, inputs and outputs cross between a host and a guest.
 *
 * Those of the contract, v1 and classic, are built in. A host adds others by `protocols` of its options: addresses of modules that
 * export one as `protocol`, since threads and processes cannot be given functions.
 */
export interface WireProtocol extends ProtocolShape {
  readonly specificationVersion: 'v1';
  /**
   * Makes the functions of {@link ProtocolShape.imports} for one instance, before there is one. They answer at once: where a guest
   * runs in a thread or process, nothing can wait in JavaScript. Their work is charged only a flat price per call; `guest.charge`
   * takes more.
   */
  createImports?(guest: ProtocolGuest): ProtocolImports;
  /**
   * Opens the protocol for one instance, which exists, and of which nothing has run.
   *
   * @param imports What `createImports` gave.
   */
  open(guest: ProtocolGuest, imports: ProtocolImports | undefined): ProtocolSession;
}

/** Functions that a protocol offers to its guests: module, then name. */
export type ProtocolImports = Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;

/**
 * Steps through guest code: a generator that yields what each {@link ProtocolGuest.waitingFunction} gave, and is given it back, settled
 * if it was a promise. So the same steps serve guests that run through and guests that are suspended while the host works.
 */
export type ProtocolSteps<T> = Generator<unknown, T, unknown>;

/** What a method of a session gives: steps, or the result itself where no function that may wait was called. */
export type ProtocolAnswer<T> = T | ProtocolSteps<T>;

/**
 * Takes over the bytes of metadata or of an output. They may lie in the guest's memory: nothing of them is kept.
 *
 * @returns What the session's method gives in its turn.
 * @throws {CallError} If they are too many or not what they should be. Let it pass.
 */
export type ReadBytes<T> = (bytes: Uint8Array) => T;

/** JSON on its way to a guest: a text, a long one in pieces, or UTF-8 already. */
export type ProtocolInput = string | readonly string[] | Uint8Array;

/**
 * The conversation with one instance. Calls never overlap.
 *
 * A number in the place of what was read is the guest's error code: not 0. Whatever guest functions and {@link ProtocolGuest} throw is to
 * pass through.
 */
export interface ProtocolSession {
  /** Runs what the guest wants run first, after its start function. Nothing in it can wait. @default nothing */
  readonly initialize?: (() => void) | undefined;
  /** Asks for metadata: UTF-8 JSON as on the wire. Nothing in it can wait. */
  readMetadata<T extends object>(read: ReadBytes<T>): ProtocolAnswer<T | number>;
  /** Hands over the configuration, as UTF-8 JSON. @returns 0, or an error code. */
  init(config: Uint8Array): ProtocolAnswer<number>;
  /** Runs one input, which is written as {@link ProtocolShape.payload} says; `read` takes an output written alike. */
  execute<T extends object>(input: ProtocolInput, read: ReadBytes<T>): ProtocolAnswer<T | number>;
  /** Runs a JSON list of inputs; the output is a list of as many envelopes. Undefined where the guest cannot: each then runs alone. */
  readonly executeBatch?:
    | (<T extends object>(inputs: ProtocolInput, read: ReadBytes<T>) => ProtocolAnswer<T | number>)
    | undefined;
  /** Asks how the guest is. @returns 0, or an error code. @default 0 */
  readonly health?: (() => ProtocolAnswer<number>) | undefined;
  /** Notifies the guest that no more calls will come. @default nothing */
  readonly shutdown?: (() => ProtocolAnswer<unknown>) | undefined;
}

/** A guest's function as JavaScript sees it: i32 are numbers, i64 bigints. Its results are not checked. */
export type ProtocolFunction = (...args: (number | bigint)[]) => unknown;

/** Codes that an adapter may fail a call with. */
export type ProtocolFailureCode = Extract<
  CallErrorCode,
  'CALL_INVALID_INPUT' | 'CALL_INVALID_OUTPUT' | 'CALL_MEMORY_EXHAUSTED' | 'CALL_OUTPUT_TOO_LARGE'
>;

/** A guest as the adapter of its protocol sees it. In `createImports`, before there is an instance, functions and memory throw. */
export interface ProtocolGuest {
  /** Limits that an adapter needs to know. */
  readonly limits: Pick<ResourceLimits, 'maxOutputBytes' | 'maxMemoryBytes'>;
  /** True if functions of the guest may give promises. */
  readonly waits: boolean;
  readonly memory: ProtocolMemory;
  /** True if the guest exports something of that name. */
  has(name: string): boolean;
  /** Number of parameters of a function. @throws {LoadError} As {@link ProtocolGuest.function}. */
  parameterCount(name: string): number;
  /** A function that cannot wait for the host. @throws {LoadError} `LOAD_BAD_EXPORT` if there is none of that name. */
  function(name: string): ProtocolFunction;
  /** A function that may: what it gives is to be yielded. @throws {LoadError} `LOAD_BAD_EXPORT`. */
  waitingFunction(name: string): ProtocolFunction;
  /** Makes sure that a function gave an i32. @throws {CallError} `CALL_INVALID_OUTPUT`. */
  i32(name: string, value: unknown): number;
  /** An input as one text. */
  text(input: ProtocolInput): string;
  /** Takes fuel, for an import that does much. It throws if the guest has to stop: let that pass. */
  charge(fuel: number): void;
  /** Fails the call, or the loading. @param message Such as `Cannot read output: …`. */
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
   * Writes an input where the guest says.
   *
   * @param allocate Runs guest code that gives the place for a number of bytes.
   * @throws {CallError} `CALL_INVALID_OUTPUT` for a place outside of the memory; whatever `allocate` throws.
   */
  write(input: ProtocolInput, allocate: (size: number) => number): ProtocolPlace;
  /**
   * Adds 64 KiB pages at the end, of which the guest knows nothing.
   *
   * @returns Where they begin; undefined if the memory may not grow so far.
   */
  grow(pages: number): number | undefined;
}

/** A piece of a guest's memory. */
export interface ProtocolPlace {
  readonly ptr: number;
  readonly length: number;
}
