import { assemble, guestWat, packed } from '@testbench/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import { PluginManager } from '../plugin-manager.js';

const A_DAY_MS = 86_400_000;
const ERROR = '(import "env" "host_error" (func $error (param i32 i32) (result i32)))';

const wat = (value: object): string => JSON.stringify(value).replaceAll('"', '\\"');

/** Fails with -21 and these details; in a batch, every input does. */
function failing(details: object): Uint8Array<ArrayBuffer> {
  const error = { message: 'busy', details };
  const said = JSON.stringify(error);
  const entries = [{ error: { code: -21, ...error } }, { error: { code: -21, ...error } }];
  return assemble(
    guestWat({
      imports: ERROR,
      execute: `(drop (call $error (i32.const 8192) (i32.const ${said.length}))) (i64.const -21)`,
      rest: `(data (i32.const 8192) "${wat(error)}")
        (data (i32.const 12288) "${wat(entries)}")
        (func (export "plugin_execute_batch") (param i32 i32) (result i64)
          ${packed(12_288, JSON.stringify(entries).length)})`,
    }),
  );
}

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

describe.each(['inline', 'thread', 'process'] as const)('trying again: %s', (isolation) => {
  const input = { data: null };

  it.each([
    { details: { status: 429, retryable: true, retry_after_ms: 20_000 }, retryAfterMs: 20_000 },
    { details: { retryable: true, retry_after_ms: 1e18 }, retryAfterMs: A_DAY_MS },
    { details: { retryable: 'yes', retry_after_ms: -5 }, retryable: undefined },
    { details: { status: 401, retryable: false }, retryable: false },
  ])('is as the plugin says in $details', async ({ details, ...expected }) => {
    const manager = new PluginManager({ isolation });
    opened.push(manager);
    await manager.load(failing(details));
    const advice = { retryable: true, retryAfterMs: undefined, ...expected };
    const failure = { code: 'CALL_PLUGIN_FAILED', pluginDetails: details, ...advice };
    await expect(manager.execute('guest', input)).rejects.toMatchObject(failure);
    const results = await manager.executeBatch('guest', [input, input]);
    expect(results).toMatchObject([{ reason: failure }, { reason: failure }]);
  });

  it('is said of each of many failures that are too long for one message', async () => {
    const manager = new PluginManager({ isolation });
    opened.push(manager);
    // Together more than MAX_ERRORS_BYTES: the last ones lose their details.
    const details = { retryable: true, retry_after_ms: 7, words: 'x'.repeat(12_000) };
    const said = JSON.stringify({ message: 'busy', details });
    await manager.load(
      assemble(
        guestWat({
          imports: ERROR,
          execute: `(drop (call $error (i32.const 8192) (i32.const ${said.length}))) (i64.const -21)`,
          rest: `(data (i32.const 8192) "${wat({ message: 'busy', details })}")`,
        }),
      ),
    );
    const results = await manager.executeBatch(
      'guest',
      Array.from({ length: 60 }, () => input),
    );
    for (const result of results) {
      expect(result).toMatchObject({ reason: { retryable: true, retryAfterMs: 7 } });
    }
  });
});
