import type { FunctionSignature, ContractValueType } from './exports.js';

/** Module name under which a plugin imports the host's functions. */
export const HOST_MODULE = 'env';

/**
 * What a parameter of a host function stands for.
 *
 * `in` is a pointer and a length of bytes that the host reads. `out` is a pointer and the size of a buffer that the host
 * fills. `number` is an i32.
 */
export type HostParameter = 'in' | 'out' | 'number';

/** One host function of the contract: all that the packages need to know about it. */
export interface HostFunctionRow {
  /** By name, in the order of the wire. */
  readonly parameters: Readonly<Record<string, HostParameter>>;
  /** What it returns. @default 'i32' */
  readonly result?: ContractValueType | 'nothing';
  /** True if its effect lies outside the guest's thread, so that the host performs it in every isolation. */
  readonly effect?: true;
  /** True if the guest may have to wait for it. */
  readonly waits?: true;
  /** True if the host keeps state for it until the call ends: handles, quotas. */
  readonly countsPerCall?: true;
  /** What the plugin must be granted. @default nothing */
  readonly permission?: 'network' | 'filesystem' | 'envVars';
  /** Version of the contract that introduced it. */
  readonly since: string;
}

const network = {
  effect: true,
  waits: true,
  countsPerCall: true,
  permission: 'network',
  since: '1.0.0',
} as const;

// No waits: the host has the bytes when the call begins, so that every engine can run such a plugin inline.
const attachment = { effect: true, countsPerCall: true, since: '1.0.0' } as const;

const file = { ...network, permission: 'filesystem' } as const;

/**
 * Every host function of the contract, one row each. Signatures, effects, which functions may wait and which are counted come from here;
 * the declarations of the SDKs are tested against it.
 */
export const HOST_FUNCTION_TABLE = {
  host_log: { parameters: { level: 'number', text: 'in' }, since: '1.0.0' },
  host_error: { parameters: { text: 'in' }, since: '1.0.0' },
  host_emit: { parameters: { chunk: 'in' }, waits: true, since: '1.0.0' },
  host_current_time_ms: { parameters: {}, result: 'i64', since: '1.0.0' },
  host_random: { parameters: { max: 'number' }, since: '1.0.0' },
  host_random_bytes: { parameters: { bytes: 'out' }, since: '1.0.0' },
  host_set_state: {
    parameters: { key: 'in', value: 'in' },
    effect: true,
    countsPerCall: true,
    since: '1.0.0',
  },
  host_get_state: { parameters: { key: 'in', value: 'out' }, effect: true, since: '1.0.0' },
  host_delete_state: { parameters: { key: 'in' }, effect: true, since: '1.0.0' },
  host_env_get: {
    parameters: { name: 'in', value: 'out' },
    effect: true,
    permission: 'envVars',
    since: '1.0.0',
  },
  host_http_open: { parameters: { request: 'in' }, ...network },
  host_http_head: { parameters: { handle: 'number', head: 'out' }, ...network },
  host_http_read: { parameters: { handle: 'number', body: 'out' }, ...network },
  host_http_close: { parameters: { handle: 'number' }, ...network },
  host_attachment_open: { parameters: { index: 'number' }, ...attachment },
  host_attachment_read: { parameters: { handle: 'number', content: 'out' }, ...attachment },
  host_attachment_close: { parameters: { handle: 'number' }, ...attachment },
  host_file_open: { parameters: { path: 'in', flags: 'number' }, ...file },
  host_file_read: { parameters: { handle: 'number', content: 'out' }, ...file },
  host_file_write: { parameters: { handle: 'number', content: 'in' }, ...file },
  host_file_close: { parameters: { handle: 'number' }, ...file },
  host_file_list: { parameters: { path: 'in', entries: 'out' }, ...file },
  // Called by AssemblyScript itself: pointers to its strings.
  abort: {
    parameters: { message: 'number', file: 'number', line: 'number', column: 'number' },
    result: 'nothing',
    since: '1.0.0',
  },
} as const satisfies Readonly<Record<string, HostFunctionRow>>;

type Table = typeof HOST_FUNCTION_TABLE;

/** Name of a host function of the contract. */
export type HostFunctionName = keyof Table;

/** Name of a host function that the host performs outside the guest's thread. */
export type EffectName = {
  [Name in HostFunctionName]: Table[Name] extends { readonly effect: true } ? Name : never;
}[HostFunctionName];

const rows: readonly (readonly [string, HostFunctionRow])[] = Object.entries(HOST_FUNCTION_TABLE);

const namesOf = (chosen: (row: HostFunctionRow) => boolean): ReadonlySet<string> =>
  new Set(rows.filter(([, row]) => chosen(row)).map(([name]) => name));

/**
 * Every host function of the contract and its exact type.
 *
 * A host may offer fewer; admission then names the missing one.
 *
 * @example
 * ```ts
 * import { HOST_FUNCTIONS } from '@testbench/types/abi';
 *
 * HOST_FUNCTIONS['host_log']; // => { params: ['i32', 'i32', 'i32'], results: ['i32'] }
 * ```
 */
export const HOST_FUNCTIONS: Readonly<Record<string, FunctionSignature>> = Object.fromEntries(
  rows.map(([name, row]) => [name, signatureOf(row)]),
);

/**
 * The parameters of each effect, by function name. `in` arrives as a copy of the bytes, `out` as the size of
 * the buffer, `number` unchanged.
 */
export const HOST_EFFECTS: Readonly<Record<string, readonly HostParameter[]>> = Object.fromEntries(
  rows
    .filter(([, row]) => row.effect === true)
    .map(([name, row]) => [name, Object.values(row.parameters)]),
);

/** Host functions for which a guest may have to wait. */
export const WAITING_FUNCTIONS: ReadonlySet<string> = namesOf((row) => row.waits === true);

/** Host functions for which the host keeps state until the call ends. */
export const PER_CALL_FUNCTIONS: ReadonlySet<string> = namesOf((row) => row.countsPerCall === true);

/** Host functions that need the permission `network`. */
export const NETWORK_FUNCTIONS: ReadonlySet<string> = namesOf(
  (row) => row.permission === 'network',
);

function signatureOf({ parameters, result = 'i32' }: HostFunctionRow): FunctionSignature {
  return {
    params: Object.values(parameters).flatMap((kind): ContractValueType[] =>
      kind === 'number' ? ['i32'] : ['i32', 'i32'],
    ),
    results: result === 'nothing' ? [] : [result],
  };
}
