import {
  type EffectArgument,
  type EffectName,
  type EffectResult,
  HostCode,
  type HostFunction,
  LOG_LEVELS,
  type ProtocolGuest,
  type ProtocolSteps,
} from '@testbench/types/abi';
import { EXTISM_MODULE } from '@testbench/types/protocols';

import { takeNow, takeWaiting } from '../take-steps.js';
import type { GuestEnvironment } from './guest-environment.js';
import { callHostFunction } from './host-functions.js';
import { HttpRequests } from './http-requests.js';
import { Kernel, trapped } from './kernel.js';
import { BYTES_PER_FUEL, CALL_FUEL } from './limits.js';
import { type GuestSettings, NO_SETTINGS } from './settings.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The functions that one guest imports: those of the kernel, those that need the host, and the host's own. */
export class Environment implements GuestEnvironment {
  readonly kernel: Kernel;
  settings: GuestSettings = NO_SETTINGS;
  readonly #http: HttpRequests;

  constructor(readonly guest: ProtocolGuest) {
    this.kernel = new Kernel(guest);
    this.#http = new HttpRequests(guest, this.kernel);
  }

  /** All functions that the guest may import, by module: of the host's own only those that it does import. */
  imports(names: Iterable<string>): Record<string, Record<string, HostFunction>> {
    const functions: Record<string, HostFunction> = Object.create(null);
    const own = this.#functions();
    for (const name of names) functions[name] = own[name] ?? this.kernel.function(name);
    const modules: Record<string, Record<string, HostFunction>> = Object.create(null);
    for (const { module, name } of this.guest.imports) {
      if (module === EXTISM_MODULE || module === 'env' || module.startsWith('wasi_')) continue;
      modules[module] ??= Object.create(null) as Record<string, HostFunction>;
      modules[module][name] = (...values: readonly (number | bigint)[]) =>
        this.#take(callHostFunction(this, `${module}.${name}`, values)) as never;
    }
    modules[EXTISM_MODULE] = functions;
    return modules;
  }

  /** Forgets what a call left. */
  begin(input: Uint8Array): void {
    this.#http.clear();
    this.kernel.begin(input);
  }

  give(bytes: Uint8Array): bigint {
    this.charge(bytes.length);
    return this.kernel.store(bytes);
  }

  charge(bytes: number): void {
    this.guest.charge(CALL_FUEL + Math.ceil(bytes / BYTES_PER_FUEL));
  }

  #functions(): Readonly<Record<string, HostFunction>> {
    const logs = LOG_LEVELS.map((level, index) => [
      `log_${level}`,
      (offset: bigint) => {
        const text = this.#read('the log record', offset);
        if (index >= this.settings.logLevel) this.guest.log(level, text);
      },
    ]);
    return {
      ...(Object.fromEntries(logs) as Record<string, HostFunction>),
      get_log_level: () => this.settings.logLevel,
      config_get: (offset: bigint) => {
        const key = decoder.decode(this.#read('the key', offset));
        const value = this.settings.values.get(key);
        return value === undefined ? 0n : this.give(encoder.encode(value));
      },
      var_get: (offset: bigint) => {
        const key = this.#read('the key', offset).slice();
        const { code, bytes } = this.#perform('host_get_state', [key, 0]);
        return code < 0 || bytes === undefined ? 0n : this.give(bytes);
      },
      var_set: (offset: bigint, valueOffset: bigint) => {
        const key = this.#read('the key', offset).slice();
        if (valueOffset === 0n) {
          this.#perform('host_delete_state', [key]);
          return;
        }
        const value = this.#read('the value', valueOffset).slice();
        const { code } = this.#perform('host_set_state', [key, value]);
        if (code >= 0) return;
        const why =
          code === HostCode.limitExceeded
            ? `var memory limit exceeded: there is no room for ${value.length} bytes`
            : `variable was not stored: host code ${code}`;
        this.kernel.setError(encoder.encode(why));
      },
      http_request: (request: bigint, body: bigint) =>
        this.#take(this.#http.send(this, request, body)) as never,
      http_status_code: () => this.#http.status,
      http_headers: () => this.#http.giveHeaders(this),
    };
  }

  #read(what: string, offset: bigint): Uint8Array {
    const bytes = this.kernel.read(what, offset);
    this.charge(bytes.length);
    return bytes;
  }

  /** Performs an effect that never waits. */
  #perform(name: EffectName, args: readonly EffectArgument[]): EffectResult {
    const result = this.guest.perform(name, args);
    if (result instanceof Promise) throw trapped(`"${name}" has to wait`);
    return result;
  }

  /** Takes steps that may wait: a promise where the guest is suspended meanwhile. */
  #take<T>(steps: ProtocolSteps<T>): T | Promise<T> {
    return this.guest.waits ? takeWaiting(steps) : takeNow(steps);
  }
}
