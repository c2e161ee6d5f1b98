import { type Contract, LoadError } from '@testbench/types';

import type { GuestFunction } from './suspension.js';

/** The exports that the contract names, taken from an instance and checked for kind and arity. */
export interface GuestExports {
  readonly contract: Contract;
  readonly memory: WebAssembly.Memory;
  readonly metadata: GuestFunction;
  readonly execute: GuestFunction;
  readonly alloc: GuestFunction | undefined;
  readonly free: GuestFunction | undefined;
  readonly init: GuestFunction | undefined;
  readonly shutdown: GuestFunction | undefined;
  readonly initialize: GuestFunction | undefined;
  readonly executeBatch: GuestFunction | undefined;
  readonly health: GuestFunction | undefined;
}

/** Parameters of each function of the v1 contract. */
const V1_ARITY = {
  plugin_alloc: 1,
  plugin_free: 2,
  plugin_metadata: 0,
  plugin_init: 2,
  plugin_execute: 2,
  plugin_shutdown: 0,
} as const;

/**
 * Picks the contract's functions from an instance.
 *
 * JavaScript shows a function's number of parameters but not its types. That tells the two signatures apart;
 * a wrong type shows at the call, and admission checks types exactly beforehand.
 *
 * @throws {LoadError} `LOAD_BAD_EXPORT`, naming the export.
 */
export function pickExports(instance: WebAssembly.Instance): GuestExports {
  const { exports } = instance;
  const memory = exports['memory'];
  if (!(memory instanceof WebAssembly.Memory)) {
    badExport('memory', memory === undefined ? 'it is missing' : 'it is not a memory');
  }
  const optional = (name: string): GuestFunction | undefined => {
    const value = exports[name];
    if (value !== undefined && typeof value !== 'function') {
      badExport(name, 'it is not a function');
    }
    return value as GuestFunction | undefined;
  };
  const required = (name: string): GuestFunction =>
    optional(name) ?? badExport(name, 'it is missing');

  const execute = required('plugin_execute');
  const contract: Contract = execute.length === 4 ? 'classic' : 'v1';
  if (contract === 'v1') {
    for (const [name, arity] of Object.entries(V1_ARITY)) checkArity(name, required(name), arity);
  } else {
    checkArity('plugin_metadata', required('plugin_metadata'), 2);
  }
  return {
    contract,
    memory,
    execute,
    metadata: required('plugin_metadata'),
    alloc: optional('plugin_alloc'),
    free: optional('plugin_free'),
    init: optional('plugin_init'),
    shutdown: optional('plugin_shutdown'),
    initialize: optional('_initialize'),
    executeBatch: optional('plugin_execute_batch'),
    health: optional('plugin_health'),
  };
}

/** An export that the signature requires; `pickExports` has made sure of it. */
export function present(name: string, value: GuestFunction | undefined): GuestFunction {
  return value ?? badExport(name, 'it is missing');
}

function checkArity(name: string, value: GuestFunction, arity: number): void {
  if (value.length !== arity) {
    badExport(name, `it takes ${value.length} parameters, expected ${arity}`);
  }
}

function badExport(name: string, state: string): never {
  throw new LoadError('LOAD_BAD_EXPORT', `Cannot use export "${name}": ${state}`, { field: name });
}
