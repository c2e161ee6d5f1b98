import type { FunctionSignature } from '../abi/exports.js';
import type { EffectName } from '../abi/host-functions.js';
import type { ProtocolShape } from './protocol-shape.js';

/** Module of the functions that Extism's guests share with every host. */
export const EXTISM_MODULE = 'extism:host/env';

const type = (
  params: FunctionSignature['params'],
  results: FunctionSignature['results'],
): FunctionSignature => ({ params, results });

const offset = type(['i64'], ['i64']);
const take = type(['i64'], []);
const give = type([], ['i64']);
const run = type([], ['i32']);

/** The functions of `extism:host/env`. */
const FUNCTIONS: Readonly<Record<string, FunctionSignature>> = {
  alloc: offset,
  free: take,
  length: offset,
  length_unsafe: offset,
  load_u8: type(['i64'], ['i32']),
  load_u64: offset,
  store_u8: type(['i64', 'i32'], []),
  store_u64: type(['i64', 'i64'], []),
  input_length: give,
  input_offset: give,
  input_load_u8: type(['i64'], ['i32']),
  input_load_u64: offset,
  output_set: type(['i64', 'i64'], []),
  error_set: take,
  error_get: give,
  config_get: offset,
  var_get: offset,
  var_set: type(['i64', 'i64'], []),
  log_trace: take,
  log_debug: take,
  log_info: take,
  log_warn: take,
  log_error: take,
  get_log_level: run,
  http_request: type(['i64', 'i64'], ['i64']),
  http_status_code: run,
  http_headers: give,
};

const EFFECTS: Readonly<Record<string, readonly EffectName[]>> = {
  [`${EXTISM_MODULE}.var_get`]: ['host_get_state'],
  [`${EXTISM_MODULE}.var_set`]: ['host_set_state', 'host_delete_state'],
  [`${EXTISM_MODULE}.http_request`]: [
    'host_http_open',
    'host_http_head',
    'host_http_read',
    'host_http_close',
  ],
};

const COMMON = {
  imports: { [EXTISM_MODULE]: FUNCTIONS },
  memory: 'optional',
  hostFunctions: 'any type',
  effects: EFFECTS,
} as const;

/** An Extism plugin: the caller names the function, and bytes go in and come out. */
const EXTISM_SHAPE: ProtocolShape = {
  ...COMMON,
  name: 'extism',
  markers: { imports: [EXTISM_MODULE] },
  requiredExports: {},
  optionalExports: {},
  payload: 'bytes',
};

/** A plugin of the contract that was built with one of Extism's kits: the same functions and JSON as in v1, as input and output of the kit. */
const EXTISM_CONTRACT_SHAPE: ProtocolShape = {
  ...COMMON,
  name: 'extism-contract',
  markers: {
    imports: [EXTISM_MODULE],
    exports: { plugin_execute: run, plugin_metadata: run },
  },
  requiredExports: { plugin_execute: run, plugin_metadata: run },
  optionalExports: { plugin_init: run, plugin_health: run, plugin_shutdown: run },
  payload: 'envelope',
};

/** Shapes of Extism's plugins, in the order in which they are tried. */
export const EXTISM_SHAPES: readonly [contract: ProtocolShape, bytes: ProtocolShape] = [
  EXTISM_CONTRACT_SHAPE,
  EXTISM_SHAPE,
];
