import { describe, expect, it } from 'vitest';

import type { ResultRow } from '../results/result-row.js';
import { ClusterBlocks } from './cluster-blocks.js';
import { SetBlocks } from './set-blocks.js';
import { type BlockTable } from './sum-blocks.js';

const row = (index: number, more: Partial<ResultRow> = {}): ResultRow => ({
  index,
  prompt: 'p',
  provider: 'o',
  model: 'm',
  epoch: 1,
  scores: {},
  ...more,
});
const total = ({ values }: BlockTable): number => values.reduce((sum, value) => sum + value, 0);

describe('SetBlocks', () => {
  const fill = (by: string, more: (index: number) => Partial<ResultRow>): SetBlocks => {
    const blocks = new SetBlocks(by);
    for (let index = 0; index < 60; index += 1) {
      blocks.add(row(index, more(index)), [{ words: index }]);
    }
    return blocks;
  };

  it.each<[string, string, (index: number) => Partial<ResultRow>, string | undefined, number]>([
    ['the column cluster', 'auto', (i) => ({ columns: { cluster: i % 7 } }), 'cluster', 7],
    ['ten groups', 'auto', (i) => ({ group: `g${i % 10}` }), 'group', 10],
    [
      'nine groups, which are parts and no sample',
      'auto',
      (i) => ({ group: `g${i % 9}` }),
      undefined,
      60,
    ],
    ['two groups, if asked to', 'group', (i) => ({ group: `g${i % 2}` }), 'group', 2],
    ['a named column', 'topic', (i) => ({ columns: { topic: `t${i % 3}` } }), 'topic', 3],
    ['records, if asked to', 'none', (i) => ({ group: `g${i % 10}` }), undefined, 60],
    [
      'records that have a cluster each',
      'auto',
      (i) => ({ columns: { cluster: i } }),
      undefined,
      60,
    ],
    [
      'a cluster of those without a name each',
      'auto',
      (i) => ({ columns: { cluster: i < 40 ? 'x' : null } }),
      'cluster',
      21,
    ],
  ])('draws %s', (_, by, more, clusteredBy, count) => {
    const drawn = fill(by, more).drawn();
    expect([drawn.clusteredBy, drawn.table.blocks]).toEqual([clusteredBy, count]);
    expect(total(drawn.table)).toBe((59 * 60) / 2);
  });

  it('keeps the epochs of a record together', () => {
    const blocks = new SetBlocks('auto');
    for (let index = 0; index < 5; index += 1) {
      blocks.add(row(index), [{ words: 1 }, { words: 2 }, { words: 3 }]);
    }
    expect(blocks.drawn().table).toMatchObject({ blocks: 5, n: new Float64Array(5).fill(3) });
  });
});

describe('ClusterBlocks', () => {
  it('puts clusters together where there are too many, whatever the order and the shards', () => {
    const shards = [new ClusterBlocks(), new ClusterBlocks()];
    const whole = new ClusterBlocks();
    for (let index = 0; index < 30_000; index += 1) {
      const name = `c${index % 15_000}`;
      whole.add(name, [{ words: index }]);
      shards[index < 12_000 ? 0 : 1]!.add(name, [{ words: index }]);
    }
    shards[1]!.merge(shards[0]!);
    const [one, other] = [whole.table(), shards[1]!.table()];
    expect(one.blocks).toBeLessThanOrEqual(8192);
    expect(one.blocks).toBeGreaterThan(2000);
    expect(total(one)).toBe((29_999 * 30_000) / 2);
    expect(other).toEqual(one);
    expect(shards[1]!.numbers).toBe(whole.numbers);
  });
});
