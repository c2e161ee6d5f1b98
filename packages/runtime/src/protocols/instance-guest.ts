import type { ResourceLimits } from '@testbench/types';
import type {
  ProtocolFailureCode,
  ProtocolFunction,
  ProtocolGuest,
  ProtocolHost,
  ProtocolInput,
} from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

import { joinInput } from '../input-text.js';
import type { LinearMemory } from '../linear-memory.js';
import { promising } from '../suspension.js';
import { requireFunction } from './pick-protocol.js';

/** The parts of an instance that its protocol's adapter can use. */
export interface InstanceParts {
  readonly exports: WebAssembly.Exports;
  readonly memory: LinearMemory;
  readonly charge: (fuel: number) => void;
  readonly host: ProtocolHost | undefined;
}

/** An instance as its protocol's adapter sees it. */
export class InstanceGuest implements ProtocolGuest {
  #parts: InstanceParts | undefined;
  readonly #promising = new Map<string, ProtocolFunction>();

  constructor(
    readonly limits: Pick<ResourceLimits, 'maxOutputBytes' | 'maxMemoryBytes'>,
    readonly waits: boolean,
    readonly imports: ProtocolGuest['imports'],
  ) {}

  /** Attaches the instance once it exists. */
  attach(parts: InstanceParts): void {
    this.#parts = parts;
  }

  get memory(): LinearMemory {
    return this.#instance.memory;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#instance.exports, name);
  }

  parameterCount(name: string): number {
    return requireFunction(this.#instance.exports, name).length;
  }

  function(name: string): ProtocolFunction {
    return requireFunction(this.#instance.exports, name);
  }

  waitingFunction(name: string): ProtocolFunction {
    const run = this.function(name);
    if (!this.waits) return run;
    const known = this.#promising.get(name) ?? promising(run);
    this.#promising.set(name, known);
    return known;
  }

  i32(name: string, value: unknown): number {
    if (typeof value === 'number') return value | 0;
    throw new CallError('CALL_INVALID_OUTPUT', `Cannot read result of "${name}": expected an i32`);
  }

  text(input: ProtocolInput): string {
    return joinInput(input);
  }

  charge(fuel: number): void {
    this.#instance.charge(fuel);
  }

  perform(...effect: Parameters<ProtocolHost['perform']>): ReturnType<ProtocolHost['perform']> {
    return this.#host.perform(...effect);
  }

  log(...record: Parameters<ProtocolHost['log']>): void {
    this.#host.log(...record);
  }

  report(text: Uint8Array): void {
    this.#host.report(text);
  }

  fail(code: ProtocolFailureCode, message: string): never {
    throw new CallError(code, message);
  }

  get #host(): ProtocolHost {
    const { host } = this.#instance;
    if (host !== undefined) return host;
    throw new TypeError('Cannot use host: its binding offers nothing to protocols');
  }

  get #instance(): InstanceParts {
    if (this.#parts === undefined) {
      throw new TypeError('Cannot use guest: there is no instance yet');
    }
    return this.#parts;
  }
}
