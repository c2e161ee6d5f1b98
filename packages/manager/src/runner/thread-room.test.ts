import { describe, expect, it } from 'vitest';

import { ROOM_ANSWER_BYTES, ROOM_CALL_BYTES } from '../limits.js';
import type { RunnerCommand, RunnerReply } from './messages.js';
import { ThreadRoom } from './thread-room.js';

type Call = Extract<RunnerCommand, { type: 'call' }>;
type Done = Extract<RunnerReply, { type: 'done' }>;

const CALL: Call = {
  type: 'call',
  version: 7,
  inputs: ['{"data":1}'],
  batch: false,
  timeoutMs: 5000,
  maxFuel: Number.MAX_SAFE_INTEGER,
  stream: false,
  randomStream: 3,
};
const QUIET = { calls: 0, denied: 0, callsByName: {} };
const DONE: Done = {
  type: 'done',
  outcomes: [{ ok: true, end: 3, executionTimeMs: 0.25, memoryUsedBytes: 65_536, fuelUsed: 11 }],
  bytes: Uint8Array.of(1, 2, 3),
  report: QUIET,
};

/** A room as host and thread see it. */
function open() {
  const memory = ThreadRoom.reserve();
  return { memory, host: new ThreadRoom(memory), thread: new ThreadRoom(memory) };
}

function textsOf({ inputs }: Call): string[] {
  return inputs.map((input) => new TextDecoder().decode((input as Uint8Array).slice()));
}

describe('a call', () => {
  it.each<Partial<Call>>([
    {},
    { batch: true, stream: true, nowMs: 0 },
    { requestId: 'r-1 é \u2028' },
    { requestId: '\ud800', nowMs: 1e12 },
    { requestId: '' },
  ])('arrives as it was sent: %j', (parts) => {
    const { host, thread } = open();
    const sent = { ...CALL, ...parts };
    expect(host.writeCall(sent)).toBe(true);
    const { inputs, ...rest } = thread.readCall();
    const { inputs: texts, ...expected } = sent;
    expect(rest).toEqual(expected);
    expect(textsOf({ ...CALL, inputs })).toEqual(texts);
  });

  it('brings texts and bytes of every length, one call after the other', () => {
    const { host, thread } = open();
    for (const count of [0, 1, 3, 64]) {
      const inputs = Array.from({ length: count }, (_, index) => 'é'.repeat(index * index));
      expect(host.writeCall({ ...CALL, inputs })).toBe(true);
      expect(textsOf(thread.readCall())).toEqual(inputs);
    }
    expect(host.writeCall({ ...CALL, inputs: [Uint8Array.of(0, 255, 128)] })).toBe(true);
    expect(Array.from(thread.readCall().inputs[0] as Uint8Array)).toEqual([0, 255, 128]);
  });

  it.each([
    ['of too many inputs', Array.from({ length: 65 }, () => '')],
    ['of a text that is too long', ['x'.repeat(ROOM_CALL_BYTES)]],
    ['of a text whose bytes are too many', ['€'.repeat(ROOM_CALL_BYTES / 2)]],
    ['of bytes that are too many', [new Uint8Array(ROOM_CALL_BYTES)]],
    ['of inputs that are too long together', ['x'.repeat(700_000), 'x'.repeat(700_000)]],
  ])('%s does not fit', (_, inputs) => {
    expect(open().host.writeCall({ ...CALL, inputs })).toBe(false);
  });
});

describe('an answer', () => {
  const failed = { ok: false, error: { code: 'CALL_TRAPPED', message: 'é', usage: undefined } };
  it.each<readonly [string, Done]>([
    ['of one output', DONE],
    ['of nothing', { ...DONE, outcomes: [], bytes: new Uint8Array() }],
    ['with host calls', { ...DONE, report: { calls: 2, denied: 1, callsByName: { log: 2 } } }],
    [
      'with errors in between',
      {
        ...DONE,
        outcomes: [failed, ...DONE.outcomes, failed, failed] as Done['outcomes'],
      },
    ],
  ])('%s arrives as it was sent', (_, sent) => {
    const { host, thread } = open();
    expect(thread.writeDone(sent)).toBe(true);
    expect(host.readDone()).toEqual(JSON.parse(JSON.stringify(sent), revive(sent.bytes)));
  });

  it('is a copy, which the thread cannot change any more', () => {
    const { host, memory, thread } = open();
    thread.writeDone(DONE);
    const done = host.readDone() as Done;
    new Uint8Array(memory.answer).fill(0xff);
    expect(done.bytes.buffer).not.toBeInstanceOf(SharedArrayBuffer);
    expect(Array.from(done.bytes)).toEqual([1, 2, 3]);
    expect(done.outcomes).toEqual(DONE.outcomes);
  });

  it('that is too long does not fit', () => {
    const { thread } = open();
    expect(thread.writeDone({ ...DONE, bytes: new Uint8Array(ROOM_ANSWER_BYTES) })).toBe(false);
    const message = 'x'.repeat(ROOM_ANSWER_BYTES / 3);
    const outcomes = [{ ok: false, error: { code: 'CALL_TRAPPED', message } }];
    expect(thread.writeDone({ ...DONE, outcomes: outcomes as Done['outcomes'] })).toBe(false);
  });

  // Lengths: of the text, number of outcomes, of the outputs.
  it.each([
    ['a text beyond the room', [ROOM_ANSWER_BYTES, 0, 0]],
    ['outputs beyond the room', [0, 0, ROOM_ANSWER_BYTES - 8]],
    ['lengths that overflow together', [0xffff_ffff, 0xffff_ffff, 0xffff_ffff]],
    ['more outcomes than a call has inputs', [0, 65, 0]],
    ['a text that is no JSON', [4, 0, 0]],
    ['more JSON than a message may have', [1024 * 1024 + 1, 0, 0]],
  ])('of a thread that was taken over, with %s, is none', (_, lengths) => {
    const { host, memory } = open();
    new Uint8Array(memory.answer).fill(0x7b);
    new Uint32Array(memory.answer).set(lengths);
    expect(host.readDone()).toBeUndefined();
  });

  it.each(['null', '1', '[]', '{}', '{"errors":{}}'])('whose text is %s is none', (text) => {
    const { host, memory } = open();
    new Uint32Array(memory.answer).set([text.length, 0, 0]);
    new Uint8Array(memory.answer).set(new TextEncoder().encode(text), 16);
    expect(host.readDone()).toBeUndefined();
  });
});

/** JSON has no bytes. */
function revive(bytes: Uint8Array) {
  return (key: string, value: unknown): unknown => (key === 'bytes' ? bytes : value);
}
