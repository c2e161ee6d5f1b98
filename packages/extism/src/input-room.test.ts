import { describe, expect, it } from 'vitest';

import { InputRoom } from './input-room.js';
import { MAX_INPUT_ROOM_BYTES } from './limits.js';

describe('InputRoom', () => {
  it('gives the same buffer again once it was taken back, and another one until then', () => {
    const room = new InputRoom();
    const first = room.take(10);
    const second = room.take(10);
    expect(second.buffer).not.toBe(first.buffer);
    room.free(second);
    expect(room.take(10).buffer).not.toBe(first.buffer);
    room.free(first);
    expect(room.take(20).buffer).toBe(first.buffer);
  });

  it('gives arrays of the length that was asked for, and keeps no large one', () => {
    const room = new InputRoom();
    for (const length of [0, 5000, 9000, MAX_INPUT_ROOM_BYTES]) {
      const taken = room.take(length);
      expect(taken.length).toBe(length);
      room.free(taken);
    }
    const large = room.take(MAX_INPUT_ROOM_BYTES + 1);
    room.free(large);
    expect(room.take(1).buffer).not.toBe(large.buffer);
  });
});
