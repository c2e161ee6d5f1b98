import type { AbiSignature } from './exports.js';

/** Module name under which a plugin imports the host's functions. */
export const HOST_MODULE = 'env';

const i32 = 'i32' as const;
const returning = (result: 'i32' | 'i64', params: number): AbiSignature => ({
  params: Array.from({ length: params }, () => i32),
  results: [result],
});

/**
 * Every host function of the contract and its exact type.
 *
 * A host may offer fewer; admission then names the missing one.
 */
export const HOST_FUNCTIONS: Readonly<Record<string, AbiSignature>> = {
  host_log: returning('i32', 3),
  host_error: returning('i32', 2),
  host_emit: returning('i32', 2),
  host_current_time_ms: returning('i64', 0),
  host_random: returning('i32', 1),
  host_random_bytes: returning('i32', 2),
  host_set_state: returning('i32', 4),
  host_get_state: returning('i32', 4),
  host_delete_state: returning('i32', 2),
  host_env_get: returning('i32', 4),
  host_http_open: returning('i32', 2),
  host_http_head: returning('i32', 3),
  host_http_read: returning('i32', 3),
  host_http_close: returning('i32', 1),
  host_file_open: returning('i32', 3),
  host_file_read: returning('i32', 3),
  host_file_write: returning('i32', 3),
  host_file_close: returning('i32', 1),
  host_file_list: returning('i32', 4),
  abort: { params: [i32, i32, i32, i32], results: [] },
};
