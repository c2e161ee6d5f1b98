import {
  type FunctionSignature,
  CUSTOM_FUNCTION_SIGNATURE,
  type CustomFunctionName,
  HOST_FUNCTIONS,
  HOST_MODULE,
  HostCode,
  type HostBinding,
  type HostCallReport,
  type HostEffects,
  type HostFunction,
  type HostFunctionName,
  isCustomFunctionName,
  parseCustomFunctionName,
  type ProtocolShape,
  WAITING_FUNCTIONS,
} from '@testbench/types/abi';
import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

import { MESSAGE_FUNCTIONS } from './functions/messages.js';
import { createHostEffects } from './effects/create-host-effects.js';
import { protocolHostOf } from './protocol-host.js';
import { customFunction, EFFECT_FUNCTIONS } from './functions/effect-functions.js';
import { TIME_AND_RANDOM_FUNCTIONS } from './functions/time-and-random.js';
import { type ContextFunction, GuestStop, HostContext, type HostServices } from './host-context.js';
import { systemRandom } from './random.js';
import { Errno } from './wasi/errno.js';
import { WASI_IMPLEMENTATION } from './wasi/wasi-functions.js';
import { WASI_FUNCTIONS, WASI_MODULE } from './wasi/wasi-signatures.js';

/** Options of {@link createHostBinding}. */
export interface HostBindingOptions extends Partial<Omit<HostServices, 'pluginId'>> {
  /** Included in every log record. */
  readonly pluginId: string;
  /** Answers WASI preview 1 imports. @default false */
  readonly enableWasi?: boolean;
  /** What happens outside the guest's thread. @default `createHostEffects()`: nothing is permitted */
  readonly effects?: HostEffects;
  /**
   * The module's imports, as `WebAssembly.Module.imports` returns them: only those functions are created. Thousands of
   * instances with all functions would take ten times the memory. @default every function that is offered
   */
  readonly imports?: readonly { readonly module: string; readonly name: string }[];
  /** Names of the functions that the host offers in addition to those of the contract; `effects` performs them. @default none */
  readonly hostFunctions?: readonly string[];
  /** What the plugin's wire protocol does for it. @default nothing beyond the contract */
  readonly protocol?: Pick<ProtocolShape, 'effects' | 'hostFunctions'>;
}

const OPTIONS: OptionReaders<HostBindingOptions> = {
  pluginId: (node) => (node.value === '' ? '' : node.text()),
  onLog: (node) => node.callback(),
  random: (node) => node.callback(),
  now: (node) => node.callback(),
  directories: (node) => node.list().map((directory) => directory.text()),
  guestPaths: (node) => node.object() as Readonly<Record<string, string>>,
  enableWasi: (node) => node.boolean(),
  effects: (node) => node.implementation('beginCall', 'perform', 'endCall'),
  imports: readImports,
  hostFunctions: readNames,
  protocol: (node) => node.object(),
};

/** Options of {@link hostSignatures}. */
interface HostSignatureOptions {
  readonly enableWasi?: boolean;
  /** Names of the functions that the host offers in addition to those of the contract. @default none */
  readonly hostFunctions?: readonly string[];
}

function readNames(node: ConfigNode): string[] {
  return node.list().map((name) => name.text());
}

/** Every function of module `env` that is offered. */
const ENV_FUNCTIONS: Readonly<Record<HostFunctionName, ContextFunction>> = {
  ...MESSAGE_FUNCTIONS,
  ...TIME_AND_RANDOM_FUNCTIONS,
  ...EFFECT_FUNCTIONS,
};

/** Functions that may make the guest wait, and WASI functions that reach a granted directory. */
const WAITING_WITH_FILES: ReadonlySet<string> = new Set([
  ...WAITING_FUNCTIONS,
  'path_open',
  'path_filestat_get',
  'fd_read',
  'fd_readdir',
  'fd_write',
  'fd_close',
]);

/** Functions that take no longer than their fuel indicates: the clock need not be checked after each. */
const PRICED: ReadonlySet<string> = new Set([
  'host_current_time_ms',
  'host_random',
  'host_random_bytes',
  'host_error',
  'clock_time_get',
  'random_get',
]);

const NOTHING_HAPPENED: HostCallReport = Object.freeze({
  failure: undefined,
  calls: 0,
  denied: 0,
  callsByName: Object.freeze({}),
});

/** Replaces the effects for a module that imports none. */
const NO_EFFECTS: HostEffects = {
  beginCall: () => {},
  perform: () => ({ code: HostCode.permissionDenied }),
  endCall: () => {},
};

function usesEffects({ imports, hostFunctions = [], protocol }: HostBindingOptions): boolean {
  if (imports === undefined) return true;
  return imports.some(
    ({ module, name }) =>
      (module === HOST_MODULE && Object.hasOwn(EFFECT_FUNCTIONS, name)) ||
      hostFunctions.includes(`${module}.${name}`) ||
      Object.hasOwn(protocol?.effects ?? {}, `${module}.${name}`),
  );
}

/** Functions of a protocol that the guest imports and that may make it wait. */
function waitingOf({ imports = [], protocol }: HostBindingOptions): readonly string[] {
  return Object.entries(protocol?.effects ?? {}).flatMap(([name, effects]) =>
    effects.some((effect) => WAITING_FUNCTIONS.has(effect)) &&
    imports.some((item) => `${item.module}.${item.name}` === name)
      ? [name]
      : [],
  );
}

/** Custom host functions by the module that a guest imports them from. */
function byModule(
  names: readonly string[],
): ReadonlyMap<string, ReadonlyMap<string, CustomFunctionName>> {
  const modules = new Map<string, Map<string, CustomFunctionName>>();
  for (const name of names) {
    const place = parseCustomFunctionName(name);
    if (typeof place === 'string' || !isCustomFunctionName(name)) {
      const state = typeof place === 'string' ? place : 'it belongs to the contract';
      throw new TypeError(`Cannot offer host function ${JSON.stringify(name)}: ${state}`);
    }
    const functions = modules.get(place.module) ?? new Map<string, CustomFunctionName>();
    modules.set(place.module, functions.set(place.name, name));
  }
  return modules;
}

/** Whether a guest with these imports uses a function. */
function isImported(
  imports: HostBindingOptions['imports'],
  wanted: { readonly module: string; readonly name: string },
): boolean {
  return (
    imports === undefined ||
    imports.some(({ module, name }) => module === wanted.module && name === wanted.name)
  );
}

/** Types of the functions that a host offers, by import module: what admission allows a plugin to import. */
export type HostSignatures = Readonly<Record<string, Readonly<Record<string, FunctionSignature>>>>;

/**
 * Makes the host functions of one plugin instance.
 *
 * @param given Defaults: no permission, system clock and random numbers, a separate state in memory, log records
 *   dropped.
 * @returns A binding for one instance.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts
 * import { createHostBinding } from '@testbench/host';
 *
 * const lines: string[] = [];
 * const binding = createHostBinding({
 *   pluginId: 'demo',
 *   onLog: (record) => lines.push(record.message),
 * });
 * Object.keys(binding.imports); // => ['env']
 * ```
 */
export function createHostBinding(given: HostBindingOptions): HostBinding {
  const options = readOptions<HostBindingOptions>(given, OPTIONS, '', ['pluginId']);
  const context = new HostContext(
    { onLog: () => {}, random: systemRandom, now: Date.now, directories: [], ...options },
    options.effects ?? (usesEffects(options) ? createHostEffects() : NO_EFFECTS),
  );
  const imports: Record<string, Readonly<Record<string, HostFunction>>> = Object.create(null);
  const bind = (
    module: string,
    functions: Readonly<Record<string, ContextFunction>>,
    outsideCall: number,
  ): void => {
    const names =
      options.imports === undefined
        ? Object.keys(functions)
        : options.imports.filter((item) => item.module === module).map(({ name }) => name);
    imports[module] = guardAll(context, functions, names, outsideCall);
  };
  bind(HOST_MODULE, ENV_FUNCTIONS, HostCode.invalidArgument);
  if (options.enableWasi === true) bind(WASI_MODULE, WASI_IMPLEMENTATION, Errno.inval);
  let waiting = (options.directories ?? []).length > 0 ? WAITING_WITH_FILES : WAITING_FUNCTIONS;
  for (const [module, functions] of byModule(options.hostFunctions ?? [])) {
    const bound: Record<string, HostFunction> = Object.create(null);
    for (const [name, fullName] of functions) {
      if (!isImported(options.imports, { module, name })) continue;
      waiting = new Set([...waiting, fullName]);
      if (options.protocol?.hostFunctions === 'any type') continue;
      bound[name] = guard(context, fullName, customFunction(fullName), HostCode.invalidArgument);
    }
    if (Object.keys(bound).length > 0) imports[module] = Object.freeze(bound);
  }
  const further = waitingOf(options);
  if (further.length > 0) waiting = new Set([...waiting, ...further]);
  return {
    specificationVersion: 'v1',
    imports: Object.freeze(imports),
    waiting,
    ...(options.protocol === undefined ? {} : { protocolHost: protocolHostOf(context) }),
    attachMemory: (memory) => context.memory.attach(memory),
    beginCall: (call) => context.begin(call),
    endCall(): HostCallReport {
      context.end();
      const { calls, denied, callsByName } = context;
      if (callsByName === undefined) return NOTHING_HAPPENED;
      const failure = typeof context.failure === 'function' ? context.failure() : context.failure;
      return { failure, calls, denied, callsByName: Object.fromEntries(callsByName) };
    },
  };
}

/**
 * Names and types of the functions that {@link createHostBinding} offers.
 *
 * @throws {ConfigError} For an unknown key or a wrong value.
 *
 * @example
 * ```ts
 * import { hostSignatures } from '@testbench/host';
 *
 * hostSignatures({ enableWasi: false })['env']?.['host_log']; // => { params: ['i32', 'i32', 'i32'], results: ['i32'] }
 * ```
 */
export function hostSignatures(given: HostSignatureOptions): HostSignatures {
  const options = readOptions<HostSignatureOptions>(given, {
    enableWasi: (node) => node.boolean(),
    hostFunctions: readNames,
  });
  const signatures: Record<string, Readonly<Record<string, FunctionSignature>>> = {
    [HOST_MODULE]: Object.fromEntries(
      Object.keys(ENV_FUNCTIONS).map((name) => [name, HOST_FUNCTIONS[name]!]),
    ),
  };
  if (options.enableWasi === true) signatures[WASI_MODULE] = WASI_FUNCTIONS;
  for (const [module, functions] of byModule(options.hostFunctions ?? [])) {
    signatures[module] = Object.fromEntries(
      Array.from(functions.keys(), (name) => [name, CUSTOM_FUNCTION_SIGNATURE]),
    );
  }
  return signatures;
}

/** The list itself, not a copy: it usually comes from the engine, and there may be thousands of instances. */
function readImports(node: ConfigNode): NonNullable<HostBindingOptions['imports']> {
  const { value } = node;
  const isImport = (item: unknown): boolean => {
    const { module, name } = (item ?? {}) as Readonly<Record<string, unknown>>;
    return typeof module === 'string' && typeof name === 'string';
  };
  if (!Array.isArray(value) || !value.every(isImport)) node.reject('a list of imports');
  return value as NonNullable<HostBindingOptions['imports']>;
}

/**
 * A null-prototype object of functions that fail cleanly while no call is running, are counted and charged, and stop a
 * guest whose fuel or time is used up.
 *
 * @param names The functions to create; names without a function are left out, and fail to link.
 */
function guardAll(
  context: HostContext,
  functions: Readonly<Record<string, ContextFunction>>,
  names: readonly string[],
  outsideCall: number,
): Readonly<Record<string, HostFunction>> {
  const guarded: Record<string, HostFunction> = Object.create(null);
  for (const name of names) {
    if (!Object.hasOwn(functions, name)) continue;
    guarded[name] = guard(context, name, functions[name]!, outsideCall);
  }
  return Object.freeze(guarded);
}

function guard(
  context: HostContext,
  name: string,
  run: ContextFunction,
  outsideCall: number,
): HostFunction {
  const polls = !PRICED.has(name);
  return (...args: never[]) => {
    if (context.call === undefined) {
      if (name === 'abort' || name === 'proc_exit') {
        throw new GuestStop(`"${name}" was called outside of a call`);
      }
      return name === 'host_current_time_ms' ? 0n : outsideCall;
    }
    if (context.stopped !== undefined) throw context.stopped;
    context.beginFunction(name);
    const { call } = context;
    let result: ReturnType<HostFunction>;
    try {
      result = run(context, ...args);
    } finally {
      context.charge(polls);
    }
    if (!(result instanceof Promise)) return result;
    return result.then((value) => {
      // An abandoned call may be over, and another one may have started.
      if (context.call === call) context.charge(true);
      return value;
    });
  };
}
