/** A WebAssembly value type that the contract uses. */
export type ContractValueType = 'i32' | 'i64';

/** Type of a function of the contract. */
export interface FunctionSignature {
  readonly params: readonly ContractValueType[];
  readonly results: readonly ContractValueType[];
}

/** Version of the wire contract that this host speaks (semver). */
export const API_VERSION = '1.0.0';

/** Custom section that carries a plugin's metadata as UTF-8 JSON. */
export const METADATA_SECTION = 'testbench.plugin';

const signature = (
  params: readonly ContractValueType[],
  results: readonly ContractValueType[],
): FunctionSignature => ({
  params,
  results,
});

/** Exports that a plugin of the v1 contract must have, besides a memory named `memory`. */
export const REQUIRED_EXPORTS: Readonly<Record<string, FunctionSignature>> = {
  plugin_alloc: signature(['i32'], ['i32']),
  plugin_free: signature(['i32', 'i32'], []),
  plugin_metadata: signature([], ['i64']),
  plugin_init: signature(['i32', 'i32'], ['i32']),
  plugin_execute: signature(['i32', 'i32'], ['i64']),
  plugin_shutdown: signature([], ['i32']),
};

/** Exports that a plugin of the v1 contract may have; if present, the type must be this one. */
export const OPTIONAL_EXPORTS: Readonly<Record<string, FunctionSignature>> = {
  plugin_execute_batch: signature(['i32', 'i32'], ['i64']),
  plugin_health: signature([], ['i32']),
  _initialize: signature([], []),
};

/** The two functions whose types distinguish the classic signature from v1. */
export const CLASSIC_EXPORTS: Readonly<Record<string, FunctionSignature>> = {
  plugin_metadata: signature(['i32', 'i32'], ['i32']),
  plugin_execute: signature(['i32', 'i32', 'i32', 'i32'], ['i32']),
};
