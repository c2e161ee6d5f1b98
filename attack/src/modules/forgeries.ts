import { METADATA } from '@testbench/test-kit';

/** What a child that no longer runs our code sends for each command that it gets. */
export interface Forgery {
  /**
   * What the caller must get: the code of an error, or `ok` for messages that are well-formed and harmless; several if
   * it depends on how soon the host is done with the first.
   */
  readonly outcome: string | readonly string[];
  readonly answer: (type: string) => readonly unknown[];
  /** True if it is about a pipe, or about a flood for which only a process need be stopped: a thread that was taken over has everything anyway. */
  readonly onlyProcess?: boolean;
  /** Bytes instead of frames. */
  readonly raw?: readonly number[];
  /** Words at the beginning of the memory that a thread shares with its host, as its answer to a call. */
  readonly answerWords?: readonly number[];
}

const loaded = { type: 'loaded', metadata: METADATA, contract: 'v1', hasBatch: false };
const report = { calls: 0, denied: 0, callsByName: {} };
const usage = { executionTimeMs: 1, memoryUsedBytes: 1, fuelUsed: 1 };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function done(text: string, outcome: object = {}): object {
  const bytes = utf8(text);
  return {
    type: 'done',
    outcomes: [{ ok: true, end: bytes.length, ...usage, ...outcome }],
    bytes,
    report,
  };
}

/** Loads normally, then answers a call like this. */
const toCall =
  (...messages: readonly unknown[]) =>
  (type: string): readonly unknown[] =>
    type === 'load' ? [loaded] : type === 'call' || type === 'reply' ? messages : [];

/** Messages of a compromised child, by name. */
export const FORGERIES: Readonly<Record<string, Forgery>> = {
  'an output of another shape': {
    outcome: 'CALL_INVALID_OUTPUT',
    answer: toCall(done('{"score":1}')),
  },
  'an output that is no JSON': {
    outcome: 'CALL_INVALID_OUTPUT',
    answer: toCall(done('{"data":')),
  },
  'an output with a prototype': {
    outcome: 'ok',
    answer: toCall(done('{"data":{"__proto__":{"polluted":1}}}')),
  },
  'fuel that is no number': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(done('{"data":1}', { fuelUsed: '1' })),
  },
  'an output beyond its bytes': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(done('{"data":1}', { end: 1e9 })),
  },
  'a type that there is not': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall({ type: 'constructor' }),
  },
  'an error code that there is not': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall({ type: 'done', outcomes: [{ ok: false, error: { code: 'ROOT' } }], report }),
  },
  'metadata of another shape': {
    outcome: 'LOAD_INVALID_METADATA',
    answer: () => [{ ...loaded, metadata: '{"name":"../../etc/passwd"}' }],
  },
  'an effect that there is not': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall({ type: 'effect', name: '__proto__', args: [] }),
  },
  "a function of the host's own that there is not": {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall({ type: 'effect', name: 'mine.lookup', args: [utf8('1'), 4096] }),
  },
  'an effect that it was not granted, for ever': {
    outcome: 'CALL_DEADLINE_EXCEEDED',
    answer: toCall({ type: 'effect', name: 'host_env_get', args: [utf8('PATH'), 4096] }),
  },
  'log records with control characters': {
    outcome: 'ok',
    answer: toCall(
      { type: 'log', level: 'error', message: '\u001b[2J\n[host] all is well' },
      done('{"data":1}'),
    ),
  },
  'an answer before it was asked': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: (type) => (type === 'load' ? [loaded, loaded] : []),
  },
  'a frame of 4 GiB': {
    outcome: 'LOAD_BAD_MESSAGE',
    answer: () => [],
    raw: Array.from({ length: 8 }, () => 0xff),
  },
  'a frame that is no JSON': {
    outcome: 'LOAD_BAD_MESSAGE',
    answer: () => [],
    raw: [3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7b, 0x7b],
  },
  'blobs outside of the frame': {
    outcome: 'LOAD_BAD_MESSAGE',
    answer: () => [],
    raw: [20, 0, 0, 0, 0, 0, 0, 0, ...utf8('{"a":{"$blob":[9,9]}}').subarray(0, 20)],
  },
  'fuel below zero': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(done('{"data":1}', { fuelUsed: -1 })),
  },
  'more outputs than inputs': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall({
      ...done('{"data":1}'),
      outcomes: Array.from({ length: 9 }, () => ({ ok: true, end: 0, ...usage })),
    }),
  },
  'no output at all': { outcome: 'CALL_CANCELLED', answer: toCall({ ...done(''), outcomes: [] }) },
  'names of host functions that there are not': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall({
      ...done('{"data":1}'),
      report: { ...report, callsByName: { ['x'.repeat(100_000)]: 1 } },
    }),
  },
  'an effect and the end of its call at once': {
    outcome: ['ok', 'CALL_BAD_MESSAGE'],
    answer: toCall(
      { type: 'effect', name: 'host_set_state', args: [utf8('a'), utf8('b')] },
      done('{"data":1}'),
    ),
  },
  'a chunk that nobody asked for': {
    outcome: ['ok', 'CALL_BAD_MESSAGE'],
    answer: toCall({ type: 'chunk', bytes: utf8('x') }, done('{"data":1}')),
  },
  'a flood of log records': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(
      ...Array.from({ length: 15_000 }, () => ({ type: 'log', level: 'info', message: 'x' })),
    ),
  },
  'a flood of beginnings, each with fresh quotas': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(...Array.from({ length: 100 }, () => ({ type: 'begin', remainingMs: 1e9 }))),
  },
  'a flood of effects': {
    outcome: 'CALL_BAD_MESSAGE',
    onlyProcess: true,
    answer: toCall(
      ...Array.from({ length: 100 }, () => ({
        type: 'effect',
        name: 'host_get_state',
        args: [utf8('a'), 8],
      })),
    ),
  },
  'a chunk beyond its quota': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall({ type: 'chunk', bytes: new Uint8Array(2 * 2 ** 20) }),
  },
  'words after its answer': {
    outcome: 'ok',
    answer: toCall(done('{"data":1}'), { type: 'log', level: 'info', message: 'x' }),
  },
  'a frame of 2 MiB of JSON': {
    outcome: 'LOAD_BAD_MESSAGE',
    onlyProcess: true,
    answer: () => [{ ...loaded, more: 'x'.repeat(2 * 2 ** 20) }],
  },
  'an answer beyond the memory that it shares': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(),
    answerWords: [0, 1, 0xffff_ffff],
  },
  'an answer in shared memory of more outcomes than inputs': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(),
    answerWords: [0, 9, 0],
  },
  'an answer in shared memory of no numbers': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(),
    answerWords: [0, 1, 0, 0, ...Array.from({ length: 8 }, () => 0x7ff8_0000)],
  },
  'an answer in shared memory whose text is no JSON': {
    outcome: 'CALL_BAD_MESSAGE',
    answer: toCall(),
    answerWords: [4, 0, 0, 0, 0x7b7b_7b7b],
  },
  'nothing more': {
    outcome: 'CALL_DEADLINE_EXCEEDED',
    answer: toCall(),
  },
  'an error that nobody catches': {
    outcome: 'CALL_CRASHED',
    answer(type) {
      if (type === 'call') throw new Error('nobody catches this');
      return type === 'load' ? [loaded] : [];
    },
  },
};
