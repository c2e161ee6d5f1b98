import { describe, expect, it } from 'vitest';

import { CallError } from './call-error.js';
import { fromErrorRecord, toErrorRecord } from './error-record.js';
import { describePlace, guestStackOf, readGuestStack } from './guest-stack.js';
import { LoadError } from './load-error.js';

const FRAME = { function: 'score', file: 'metric.ts', line: 12, column: 5 };

describe('readGuestStack()', () => {
  it.each([
    { given: undefined, frames: [] },
    { given: 'x', frames: [] },
    { given: [null, 7, {}, { file: 'a' }, { function: '' }], frames: [] },
    { given: [FRAME], frames: [FRAME] },
    { given: [{ functionIndex: 3 }], frames: [{ function: 'wasm-function[3]', functionIndex: 3 }] },
    {
      given: [{ ...FRAME, line: -1, column: 1.5, offset: 2 ** 60, functionIndex: '7' }],
      frames: [{ function: 'score', file: 'metric.ts' }],
    },
    {
      given: [{ function: 'a\u001b[31m', file: 'b\nerror: forged', line: 1 }],
      frames: [{ function: 'a\\x1b[31m', file: 'b\\x0aerror: forged', line: 1 }],
    },
  ])('reads $given', ({ given, frames }) => {
    expect(readGuestStack(given)).toEqual(frames);
  });

  it('keeps 32 frames, with texts of 1,000 characters', () => {
    const deep = Array.from({ length: 1000 }, () => ({ function: '\u0000'.repeat(5000) }));
    const frames = readGuestStack(deep);
    expect(frames.length).toBe(32);
    expect(frames[0]?.function.length).toBe(1000);
  });
});

describe('a call error', () => {
  it('has what a script says of itself', () => {
    const error = new CallError('CALL_PLUGIN_FAILED', 'x', { pluginDetails: { stack: [FRAME] } });
    expect(error.guestStack).toEqual([FRAME]);
    expect(
      new CallError('CALL_PLUGIN_FAILED', 'x', { pluginDetails: { stack: 7 } }).guestStack,
    ).toEqual([]);
  });

  it('crosses with its stack, also as the cause of a failed load', () => {
    const error = new CallError('CALL_TRAPPED', 'x', { guestStack: [FRAME] });
    const load = new LoadError('LOAD_INIT_TRAPPED', 'y', { cause: error });
    for (const one of [error, load]) {
      const copy = fromErrorRecord(structuredClone(toErrorRecord(one)));
      expect(guestStackOf(copy)).toEqual([FRAME]);
    }
  });
});

describe('describePlace()', () => {
  const library = { function: 'set', file: '~lib/array.ts', line: 1 };
  it.each([
    { code: 'CALL_TRAPPED', stack: [FRAME], place: 'metric.ts:12:5 in score' },
    { code: 'CALL_TRAPPED', stack: [library, FRAME], place: 'metric.ts:12:5 in score' },
    { code: 'CALL_TRAPPED', stack: [library], place: '~lib/array.ts:1 in set' },
    { code: 'CALL_PLUGIN_FAILED', stack: [library], place: undefined },
    { code: 'CALL_TRAPPED', stack: [{ function: 'f' }], place: undefined },
    { code: 'CALL_TRAPPED', stack: [], place: undefined },
  ] as const)('says $place', ({ code, stack, place }) => {
    expect(describePlace(new CallError(code, 'x', { guestStack: stack }))).toBe(place);
    expect(describePlace({ code, guestStack: stack })).toBe(place);
  });
});
