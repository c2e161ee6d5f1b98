import { describe, expect, it } from 'vitest';

import { joinShards } from './join-shards.js';
import { TOGETHER_BYTES, TOGETHER_SHARDS } from './limits.js';

const shard = (from: number, to: number, text = 'row\n') => ({
  name: `${from}-${to}`,
  from,
  to,
  text,
});
const joined = (shards: readonly ReturnType<typeof shard>[], alone?: string): string[] =>
  joinShards(shards, ({ name }) => name === alone).map((group) =>
    group.map(({ name }) => name).join(' '),
  );

describe('joinShards()', () => {
  it('joins adjacent shards in the order of their records', () => {
    expect(joined([shard(20, 30), shard(0, 10), shard(10, 20), shard(40, 50)])).toEqual([
      '0-10 10-20 20-30',
      '40-50',
    ]);
  });

  it.each(['"failure":', '"errors":'])('leaves a shard with %s alone', (text) => {
    const shards = [shard(0, 1), shard(1, 2, `{${text}{}}\n`), shard(2, 3), shard(3, 4)];
    expect(joined(shards)).toEqual(['0-1', '1-2', '2-3 3-4']);
  });

  it('leaves a shard alone that was refused', () => {
    expect(joined([shard(0, 1), shard(1, 2), shard(2, 3)], '0-1')).toEqual(['0-1', '1-2 2-3']);
  });

  it('ends a group that has enough shards or text', () => {
    const many = Array.from({ length: TOGETHER_SHARDS + 1 }, (_, at) => shard(at, at + 1));
    expect(joined(many).map((group) => group.split(' ').length)).toEqual([TOGETHER_SHARDS, 1]);
    const large = 'x'.repeat(TOGETHER_BYTES / 2 + 1);
    expect(joined([shard(0, 1, large), shard(1, 2, large)])).toEqual(['0-1', '1-2']);
  });
});
