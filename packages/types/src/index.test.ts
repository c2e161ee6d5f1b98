import { describe, expect, it } from 'vitest';

import * as abi from './abi/index.js';
import * as types from './index.js';

// Pins: these values are on the wire or in users' code, so a change must be seen in review.
describe('the wire contract', () => {
  it('keeps its names and numbers', () => {
    expect(abi.API_VERSION).toBe('1.0.0');
    expect(abi.METADATA_SECTION).toBe('testbench.plugin');
    expect(abi.HOST_MODULE).toBe('env');
    expect(abi.GuestCode).toEqual({
      ok: 0,
      error: -1,
      invalidInput: -2,
      timeout: -3,
      outOfMemory: -4,
    });
    expect(abi.HostCode).toEqual({
      notFound: -1,
      invalidArgument: -2,
      permissionDenied: -3,
      limitExceeded: -4,
      inputOutput: -5,
      cancelled: -6,
    });
    expect(abi.LOG_LEVELS).toEqual(['trace', 'debug', 'info', 'warn', 'error']);
  });

  it('keeps the default limits', () => {
    expect(types.DEFAULT_LIMITS).toEqual({
      maxMemoryBytes: 67_108_864,
      timeoutMs: 30_000,
      maxFuel: 1_000_000_000,
      maxInputBytes: 8_388_608,
      maxOutputBytes: 1_048_576,
    });
  });

  it('keeps the signatures of exports and host functions', () => {
    const text = (table: Readonly<Record<string, abi.FunctionSignature>>) =>
      Object.entries(table).map(
        ([name, { params, results }]) => `${name}(${params.join()}) ${results.join()}`,
      );
    expect(text(abi.REQUIRED_EXPORTS)).toEqual([
      'plugin_alloc(i32) i32',
      'plugin_free(i32,i32) ',
      'plugin_metadata() i64',
      'plugin_init(i32,i32) i32',
      'plugin_execute(i32,i32) i64',
      'plugin_shutdown() i32',
    ]);
    expect(text(abi.CLASSIC_EXPORTS)).toEqual([
      'plugin_metadata(i32,i32) i32',
      'plugin_execute(i32,i32,i32,i32) i32',
    ]);
    expect(text(abi.HOST_FUNCTIONS)).toEqual([
      'host_log(i32,i32,i32) i32',
      'host_error(i32,i32) i32',
      'host_emit(i32,i32) i32',
      'host_current_time_ms() i64',
      'host_random(i32) i32',
      'host_random_bytes(i32,i32) i32',
      'host_set_state(i32,i32,i32,i32) i32',
      'host_get_state(i32,i32,i32,i32) i32',
      'host_delete_state(i32,i32) i32',
      'host_env_get(i32,i32,i32,i32) i32',
      'host_http_open(i32,i32) i32',
      'host_http_head(i32,i32,i32) i32',
      'host_http_read(i32,i32,i32) i32',
      'host_http_close(i32) i32',
      'host_attachment_open(i32) i32',
      'host_attachment_read(i32,i32,i32) i32',
      'host_attachment_close(i32) i32',
      'host_file_open(i32,i32,i32) i32',
      'host_file_read(i32,i32,i32) i32',
      'host_file_write(i32,i32,i32) i32',
      'host_file_close(i32) i32',
      'host_file_list(i32,i32,i32,i32) i32',
      'abort(i32,i32,i32,i32) ',
    ]);
  });
});
