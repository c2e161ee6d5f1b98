import { PermissionSet } from '@testbench/sandbox';
import { HOST_FUNCTIONS, type HostFunction, type LogRecord } from '@testbench/types/abi';
import { describe, expect, it } from 'vitest';

import {
  createHostBinding,
  type HostBindingOptions,
  hostSignatures,
} from './create-host-binding.js';
import { createHostEffects, type HostEffectsOptions } from './effects/create-host-effects.js';
import { MAX_LOG_RECORD_BYTES, MAX_LOG_RECORDS_PER_CALL, MAX_STATE_BYTES } from './limits.js';
import { seededRandom } from './random.js';
import { createMemoryStateStore } from './state/state-store.js';

const SIZE = 65_536;

/** A binding attached to one page of memory, in a call, with what it logged. */
function openBinding({
  permissions,
  env,
  stateStore: state,
  ...options
}: Partial<HostBindingOptions & HostEffectsOptions> = {}) {
  const bytes = new Uint8Array(SIZE);
  const logs: LogRecord[] = [];
  const binding = createHostBinding({
    pluginId: 'test',
    now: () => 1234,
    onLog: (record) => logs.push(record),
    effects: createHostEffects({
      ...(permissions && { permissions }),
      ...(env && { env }),
      ...(state && { stateStore: state }),
    }),
    ...options,
  });
  binding.attachMemory({ bytes: () => bytes });
  binding.beginCall({ requestId: 'r1' });
  const call = (name: string, ...args: (number | bigint)[]): ReturnType<HostFunction> => {
    const run = binding.imports['env']?.[name] ?? binding.imports['wasi_snapshot_preview1']?.[name];
    return (run as HostFunction)(...(args as never[]));
  };
  const write = (ptr: number, text: string): [ptr: number, len: number] => {
    const data = new TextEncoder().encode(text);
    bytes.set(data, ptr);
    return [ptr, data.length];
  };
  return { bytes, logs, binding, call, write };
}

describe('createHostBinding()', () => {
  it('offers the functions that hostSignatures() tells, with the types of the contract', () => {
    const { binding } = openBinding();
    const signatures = hostSignatures({ enableWasi: false });
    expect(Object.keys(signatures['env']!).sort()).toEqual(
      Object.keys(binding.imports['env']!).sort(),
    );
    for (const [name, signature] of Object.entries(signatures['env']!)) {
      expect(signature).toEqual(HOST_FUNCTIONS[name]);
    }
  });

  it('gives imports no prototype, so that "constructor" is not importable', () => {
    const { imports } = createHostBinding({ pluginId: 'test' });
    expect(Object.getPrototypeOf(imports)).toBeNull();
    expect(Object.getPrototypeOf(imports['env'])).toBeNull();
    expect(imports['constructor']).toBeUndefined();
  });

  it('makes only the functions that a module imports, if it is told', () => {
    const { imports } = createHostBinding({
      pluginId: 'test',
      enableWasi: true,
      imports: [
        { module: 'env', name: 'host_log' },
        { module: 'env', name: 'constructor' },
        { module: 'env', name: 'fd_write' },
        { module: 'wasi_snapshot_preview1', name: 'fd_write' },
      ],
    });
    expect(Object.keys(imports['env']!)).toEqual(['host_log']);
    expect(Object.keys(imports['wasi_snapshot_preview1']!)).toEqual(['fd_write']);
  });

  it('answers nothing outside of a call', () => {
    const { binding, call } = openBinding();
    binding.endCall();
    expect(call('host_random', 0)).toBe(-2);
    expect(call('host_current_time_ms')).toBe(0n);
  });

  // Rows 43 and 44 of the attack catalogue: pointers and lengths arrive as signed numbers.
  it.each([
    { ptr: -16, len: 16 },
    { ptr: SIZE - 1, len: 2 },
    { ptr: 8, len: -1 },
    { ptr: 0x7fff_ffff, len: 0x7fff_ffff },
    { ptr: SIZE + 1, len: 0 },
  ])('rejects the range $ptr, $len in every function that takes one', ({ ptr, len }) => {
    const { call, write } = openBinding({
      permissions: new PermissionSet({ envVars: true, allowedEnv: ['A'] }),
      env: { A: 'value' },
    });
    const key = write(100, 'A');
    call('host_set_state', ...key, ...key);
    expect(call('host_log', 2, ptr, len)).toBe(-2);
    expect(call('host_error', ptr, len)).toBe(-2);
    expect(call('host_emit', ptr, len)).toBe(-2);
    expect(call('host_random_bytes', ptr, len)).toBe(-2);
    expect(call('host_set_state', ptr, len, 0, 0)).toBe(-2);
    expect(call('host_set_state', ...key, ptr, len)).toBe(-2);
    expect(call('host_get_state', ...key, ptr, len)).toBe(-2);
    expect(call('host_delete_state', ptr, len)).toBe(-2);
    expect(call('host_env_get', ...key, ptr, len)).toBe(-2);
  });
});

// Row 37 of the attack catalogue: a storm of host calls costs fuel, by call and by length.
describe('fuel', () => {
  it.each([
    { name: 'host_random', args: [3], fuel: 50 },
    { name: 'host_emit', args: [0, 801], fuel: 50 + 101 },
    { name: 'host_log', args: [2, 0, SIZE + 1], fuel: 50 },
  ])('of $name is charged', ({ name, args, fuel }) => {
    const { call, binding } = openBinding();
    let charged = 0;
    binding.beginCall({ charge: (units) => (charged += units) });
    call(name, ...args);
    expect(charged).toBe(fuel);
  });
});

describe('a guest that has to stop', () => {
  class Stop extends Error {}
  const stop = (): never => {
    throw new Stop();
  };

  it.each(
    Object.entries(hostSignatures({ enableWasi: true })).flatMap(([module, functions]) =>
      Object.entries(functions).map(([name, { params }]) => ({ module, name, params })),
    ),
  )('is stopped in $module.$name by what that costs', ({ name, params }) => {
    const { call, binding } = openBinding({ enableWasi: true });
    binding.beginCall({ charge: stop });
    const args = params.map((kind) => (kind === 'i64' ? 0n : 0));
    expect(() => call(name, ...args)).toThrow(Stop);
  });

  it.each([
    { name: 'host_log', args: [2, 0, 0] },
    { name: 'host_emit', args: [0, 4] },
    { name: 'host_set_state', args: [0, 1, 0, 1] },
    { name: 'host_env_get', args: [0, 1, 0, 0] },
    { name: 'host_http_head', args: [1, 0, 0] },
    { name: 'host_file_list', args: [0, 1, 0, 0] },
    { name: 'fd_write', args: [1, 0, 0, 0] },
    { name: 'path_open', args: [3, 0, 0, 0, 0, 0n, 0n, 0, 0] },
  ])('is stopped in $name, whose price does not tell how long it takes', ({ name, args }) => {
    const { call, binding } = openBinding({ enableWasi: true });
    binding.beginCall({ poll: stop });
    expect(() => call(name, ...args)).toThrow(Stop);
  });

  it('gets nothing more if it goes on', () => {
    const state = createMemoryStateStore();
    const { call, binding, write } = openBinding({ stateStore: state });
    binding.beginCall({ charge: stop });
    write(0, 'key');
    expect(() => call('host_random', 1)).toThrow(Stop);
    expect(() => call('host_set_state', 0, 3, 0, 3)).toThrow(Stop);
    expect(state.get('key')).toBeUndefined();
    expect(binding.endCall().calls).toBe(1);
    binding.beginCall({});
    expect(call('host_set_state', 0, 3, 0, 3)).toBe(0);
  });

  it('is stopped when a promise that it waited for is fulfilled', async () => {
    let isOver = false;
    const { call, binding } = openBinding();
    binding.beginCall({
      poll: () => {
        if (isOver) stop();
      },
      onChunk: async () => {
        await Promise.resolve();
        isOver = true;
      },
    });
    await expect(call('host_emit', 0, 4)).rejects.toThrow(Stop);
  });
});

/** Where the guest was when it reported the error, as the engine writes it. */
const TRACE: unknown = expect.stringContaining('host_error');

describe('host_error', () => {
  it('is read at the end of the call, as the guest said it', () => {
    const { call, binding, write, bytes } = openBinding();
    call('host_error', ...write(0, '{"message":"first"}'));
    call('host_error', ...write(0, '{"message":"second","code":7}'));
    bytes.fill(0);
    expect(binding.endCall().failure).toEqual({ message: 'second', code: 7, trace: TRACE });
  });
});

describe('host_log', () => {
  it('passes an escaped record on', () => {
    const { call, write, logs } = openBinding();
    expect(call('host_log', 3, ...write(0, 'a\n\u001b[31mb'))).toBe(0);
    expect(logs).toEqual([
      {
        pluginId: 'test',
        level: 'warn',
        message: 'a\\x0a\\x1b[31mb',
        timestampMs: 1234,
        requestId: 'r1',
      },
    ]);
  });

  it('rejects an unknown level', () => {
    const { call } = openBinding();
    expect(call('host_log', 5, 0, 0)).toBe(-2);
    expect(call('host_log', -1, 0, 0)).toBe(-2);
  });

  // Row 57: a flood is cut off, and the number of dropped records is reported.
  it('drops records beyond the quota and says how many', () => {
    const { call, binding, logs } = openBinding();
    for (let index = 0; index < MAX_LOG_RECORDS_PER_CALL; index += 1) call('host_log', 2, 0, 0);
    expect(call('host_log', 2, 0, 0)).toBe(-4);
    expect(call('host_log', 2, 0, 0)).toBe(-4);
    binding.endCall();
    expect(logs).toHaveLength(MAX_LOG_RECORDS_PER_CALL + 1);
    expect(logs.at(-1)?.message).toBe('2 more log records of this call were dropped');
  });

  // Row 118: neither a guest's own records nor failures hide its denials.
  it('has quotas of their own for denials and failures', () => {
    const state = { ...createMemoryStateStore(), set: () => false };
    const { call, write, binding, logs } = openBinding({ stateStore: state });
    const name = write(0, 'HOME');
    for (let index = 0; index <= MAX_LOG_RECORDS_PER_CALL; index += 1) call('host_log', 2, 0, 0);
    for (let index = 0; index <= MAX_LOG_RECORDS_PER_CALL; index += 1) {
      expect(call('host_set_state', ...name, ...name)).toBe(-4);
    }
    for (let index = 0; index <= MAX_LOG_RECORDS_PER_CALL; index += 1) {
      expect(call('host_env_get', ...name, 0, 0)).toBe(-3);
    }
    expect(binding.endCall().denied).toBe(MAX_LOG_RECORDS_PER_CALL + 1);
    const denials = logs.filter(({ message }) => message.startsWith('denied: '));
    expect(denials).toHaveLength(MAX_LOG_RECORDS_PER_CALL);
    expect(logs.slice(-3).map(({ message }) => message)).toEqual([
      '1 more log records of this call were dropped',
      '1 more failures of this call were dropped',
      '1 more denials of this call were dropped',
    ]);
  });
});

describe('host_error', () => {
  it.each([
    { text: 'plain', failure: { message: 'plain' } },
    {
      text: '{"code":"E1","message":"m","details":[1]}',
      failure: { code: 'E1', message: 'm', details: [1] },
    },
    { text: '{not json', failure: { message: '{not json' } },
    { text: '{"code":1}', failure: { message: '{"code":1}' } },
  ])('reads $text', ({ text, failure }) => {
    const { call, write, binding } = openBinding();
    expect(call('host_error', ...write(0, text))).toBe(0);
    expect(binding.endCall().failure).toEqual({ ...failure, trace: TRACE });
  });

  it('is forgotten by the next call', () => {
    const { call, write, binding } = openBinding();
    call('host_error', ...write(0, 'old'));
    binding.endCall();
    binding.beginCall({});
    expect(binding.endCall().failure).toBeUndefined();
  });
});

describe('abort', () => {
  it('throws with the text and the place', () => {
    const { call, bytes, binding } = openBinding();
    const writeUtf16 = (ptr: number, text: string): number => {
      const view = new DataView(bytes.buffer);
      view.setUint32(ptr - 4, text.length * 2, true);
      for (let index = 0; index < text.length; index += 1) {
        view.setUint16(ptr + index * 2, text.charCodeAt(index), true);
      }
      return ptr;
    };
    const message = writeUtf16(16, 'naïve 😀');
    const file = writeUtf16(64, 'a.ts');
    expect(() => call('abort', message, file, 3, 7)).toThrow('naïve 😀 in a.ts:3:7');
    expect(binding.endCall().failure?.message).toBe('naïve 😀 in a.ts:3:7');
  });

  it.each([0, 2, -2, SIZE])('survives the pointer %i', (ptr) => {
    const { call } = openBinding();
    expect(() => call('abort', ptr, ptr, 1, 1)).toThrow('abort');
  });
});

describe('host_emit', () => {
  it('hands over a copy of each chunk', () => {
    const { call, write, bytes, binding } = openBinding();
    const chunks: string[] = [];
    binding.beginCall({
      onChunk: (chunk) => {
        chunks.push(new TextDecoder().decode(chunk));
      },
    });
    call('host_emit', ...write(0, 'one'));
    bytes.fill(0);
    call('host_emit', ...write(0, 'two'));
    expect(chunks).toEqual(['one', 'two']);
  });
});

describe('host_random', () => {
  it('stays below its bound and reaches all of it', () => {
    const { call } = openBinding();
    const seen = new Set(Array.from({ length: 500 }, () => call('host_random', 3)));
    expect(seen).toEqual(new Set([0, 1, 2]));
  });

  it('repeats with the same seed', () => {
    const draw = (seed: number): unknown[] => {
      const { call } = openBinding({ random: seededRandom(seed) });
      return Array.from({ length: 5 }, () => call('host_random', 0));
    };
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
  });
});

describe('state', () => {
  it('keeps, reads in part, and deletes', () => {
    const { call, write, bytes } = openBinding();
    const key = write(0, 'key');
    expect(call('host_get_state', ...key, 100, 10)).toBe(-1);
    expect(call('host_set_state', ...key, ...write(50, 'value'))).toBe(0);
    expect(call('host_get_state', ...key, 100, 3)).toBe(5);
    expect(new TextDecoder().decode(bytes.subarray(100, 105))).toBe('val\0\0');
    expect(call('host_delete_state', ...key)).toBe(0);
    expect(call('host_delete_state', ...key)).toBe(-1);
  });

  // Row 59: keys of two plugins never collide, and a full store changes nothing.
  it('is apart for each store, and refuses what exceeds the quota', () => {
    const state = createMemoryStateStore({ maxBytes: 10 });
    const first = openBinding({ stateStore: state });
    const other = openBinding();
    expect(first.call('host_set_state', ...first.write(0, 'k'), 0, 8)).toBe(0);
    expect(first.call('host_set_state', ...first.write(0, 'k'), 0, 9)).toBe(-4);
    expect(first.call('host_get_state', ...first.write(0, 'k'), 0, 0)).toBe(8);
    expect(other.call('host_get_state', ...other.write(0, 'k'), 0, 0)).toBe(-1);
  });

  it('counts a replaced value once', () => {
    const state = createMemoryStateStore();
    const half = new Uint8Array(MAX_STATE_BYTES / 2);
    expect(state.set('a', half)).toBe(true);
    expect(state.set('a', half)).toBe(true);
    expect(state.set('b', half)).toBe(false);
  });
});

describe('host_env_get', () => {
  const permissions = new PermissionSet({
    envVars: true,
    allowedEnv: ['LANG', 'toString', 'GONE'],
  });
  const env = { LANG: 'C', SECRET: 'hush' };

  it('reads what is granted', () => {
    const { call, write, bytes } = openBinding({ permissions, env });
    expect(call('host_env_get', ...write(0, 'LANG'), 100, 10)).toBe(1);
    expect(bytes[100]).toBe('C'.charCodeAt(0));
  });

  it('denies the rest, and logs and counts that', () => {
    const { call, write, binding, logs } = openBinding({ permissions, env });
    expect(call('host_env_get', ...write(0, 'SECRET'), 100, 10)).toBe(-3);
    expect(logs[0]?.message).toBe('denied: environment variable "SECRET"');
    expect(binding.endCall().denied).toBe(1);
  });

  it('finds nothing on the prototype', () => {
    const { call, write } = openBinding({ permissions, env });
    expect(call('host_env_get', ...write(0, 'toString'), 100, 10)).toBe(-1);
    expect(call('host_env_get', ...write(0, 'GONE'), 100, 10)).toBe(-1);
  });
});

describe('WASI', () => {
  it('is not there unless asked for', () => {
    expect(Object.keys(createHostBinding({ pluginId: 'a' }).imports)).toEqual(['env']);
    expect(Object.keys(hostSignatures({}))).toEqual(['env']);
  });

  it('answers every function that it lists', () => {
    const { binding } = openBinding({ enableWasi: true });
    const listed = hostSignatures({ enableWasi: true })['wasi_snapshot_preview1']!;
    const offered = binding.imports['wasi_snapshot_preview1']!;
    expect(Object.keys(offered).sort()).toEqual(Object.keys(listed).sort());
  });

  it('turns standard output into log records', () => {
    const { call, write, bytes, logs } = openBinding({ enableWasi: true });
    const [ptr, len] = write(100, 'one\ntwo\n');
    const view = new DataView(bytes.buffer);
    view.setUint32(0, ptr, true);
    view.setUint32(4, len, true);
    expect(call('fd_write', 1, 0, 1, 200)).toBe(0);
    expect(view.getUint32(200, true)).toBe(len);
    expect(logs.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'one'],
      ['info', 'two'],
    ]);
    expect(call('fd_write', 3, 0, 1, 200)).toBe(8);
    expect(call('fd_write', 1, -8, 1, 200)).toBe(21);
  });

  describe('lines of a WASI program', () => {
    function program(): {
      readonly print: (fd: number, ...pieces: string[]) => number;
      readonly opened: ReturnType<typeof openBinding>;
    } {
      const opened = openBinding({ enableWasi: true });
      const view = new DataView(opened.bytes.buffer);
      let written = 0;
      return {
        opened,
        print(fd, ...pieces) {
          for (const piece of pieces) {
            const [ptr, len] = opened.write(1024, piece);
            view.setUint32(0, ptr, true);
            view.setUint32(4, len, true);
            expect(opened.call('fd_write', fd, 0, 1, 200)).toBe(0);
            written = view.getUint32(200, true);
          }
          return written;
        },
      };
    }

    it('are one record each, in however many pieces and with other output between', () => {
      const { print, opened } = program();
      print(2, 'a ', '', 'b');
      print(1, 'out');
      print(2, ' c', '\n', '\n\n', 'd\ne');
      print(1, '\n');
      const shown = (): string[] => opened.logs.map(({ level, message }) => `${level} ${message}`);
      expect(shown()).toEqual(['warn a b c', 'warn d', 'info out']);
      opened.binding.endCall();
      expect(shown()).toEqual(['warn a b c', 'warn d', 'info out', 'warn e']);
      // The next call begins with none.
      opened.binding.beginCall({});
      print(2, '\n');
      opened.binding.endCall();
      expect(opened.logs).toHaveLength(4);
    });

    it('may cut a letter in two, and are logged where the program ends itself', () => {
      const { opened } = program();
      const view = new DataView(opened.bytes.buffer);
      for (const byte of new TextEncoder().encode('é€')) {
        opened.bytes[1024] = byte;
        view.setUint32(0, 1024, true);
        view.setUint32(4, 1, true);
        opened.call('fd_write', 1, 0, 1, 200);
      }
      expect(() => opened.call('proc_exit', 0)).toThrow('exited with status 0');
      opened.binding.endCall();
      expect(opened.logs.map(({ message }) => message)).toEqual(['é€']);
    });

    it('are cut at the length of a record, and taken in parts of it', () => {
      const { print, opened } = program();
      const record = 'x'.repeat(MAX_LOG_RECORD_BYTES);
      expect(print(1, `${record}y`)).toBe(MAX_LOG_RECORD_BYTES);
      print(1, 'y', 'z\nnext\n');
      expect(opened.logs.map(({ message }) => message)).toEqual([record, 'next']);
    });
  });

  it('has no arguments, environment, files or input', () => {
    const { call, bytes } = openBinding({ enableWasi: true });
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 99, true);
    expect(call('environ_sizes_get', 0, 4)).toBe(0);
    expect(view.getUint32(0, true)).toBe(0);
    expect(call('path_open', 3, 0, 0, 0, 0, 0n, 0n, 0, 0)).toBe(8);
    expect(call('fd_prestat_get', 3, 0)).toBe(8);
    expect(call('fd_read', 0, 0, 0, 4)).toBe(0);
  });

  it('has all 46 functions, each with a type', () => {
    const { binding } = openBinding({ enableWasi: true });
    const { wasi_snapshot_preview1: types = {} } = hostSignatures({ enableWasi: true });
    const made = Object.keys(binding.imports['wasi_snapshot_preview1']!);
    expect(made.sort()).toEqual(Object.keys(types).sort());
    expect(made).toHaveLength(46);
  });

  it('ends the call at proc_exit, with the status as the plugin code', () => {
    const { call, binding } = openBinding({ enableWasi: true });
    expect(() => call('proc_exit', 3)).toThrow('status 3');
    expect(binding.endCall().failure?.code).toBe(3);
  });
});
