import type { ResultRow } from '@testbench/bench/results';
import { describe, expect, it } from 'vitest';

import { HOSTILE_TEXTS } from '../__fixtures__/hostile-texts.js';
import { packText, unpackText } from './compress.js';
import { Block, encodeRow, formatBlock } from './encode-block.js';

const NAME = { index: 0, prompt: 'p', provider: 'o', model: 'm', epoch: 1, scores: {} };

async function storeRows(...rows: Partial<ResultRow>[]): Promise<Block> {
  const text = formatBlock(rows.map((row) => encodeRow({ ...NAME, ...row })));
  return new Block(await unpackText(await packText(text)));
}

describe('Block', () => {
  it('gives rows back as they were, without what the index has', async () => {
    const rows: Partial<ResultRow>[] = [
      {
        input: 'Zürich?',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }, 7, null] }],
        output: 'b',
        details: { constructor: { explanation: 'c', metrics: { n: 1.5 } } },
        measured: { totalMs: 12, cached: true, fuel: { provider: 3 } },
      },
      { expected: { list: ['x', 1, { $t: 0 }] } },
      {},
    ];
    const block = await storeRows(...rows);
    expect(block.row(0)).toEqual(rows[0]);
    expect(block.row(1)).toEqual({ expectedJson: '{"list":["x",1,{"$t":0}]}' });
    expect(block.row(2)).toEqual({});
  });

  it('keeps every text that may come, and finds it', async () => {
    const block = await storeRows(...HOSTILE_TEXTS.map((output) => ({ output, answer: 'plain' })));
    for (const [position, text] of HOSTILE_TEXTS.entries()) {
      // UTF-8 cannot represent half of a surrogate pair.
      expect(block.row(position).output).toBe(text.toWellFormed());
      expect(block.row(position).answer).toBe('plain');
      if (text === '') continue;
      expect(block.search(text.toWellFormed().toLowerCase())).toContain(position);
    }
  });

  it('keeps names that objects have anyway', async () => {
    const columns = JSON.parse('{"__proto__":"a","constructor":"b","2":"c","1":"d"}') as object;
    const block = await storeRows({ columns: columns as Readonly<Record<string, unknown>> });
    expect(JSON.stringify(block.row(0).columns)).toBe(JSON.stringify(columns));
  });

  it('finds rows by small and capital letters, each once', async () => {
    const block = await storeRows(
      { input: 'Alpha alpha', output: 'ALPHA' },
      { input: 'beta' },
      {},
      { details: { e: { explanation: 'an Alpha' } } },
      { errors: { e: { code: 'CALL_TRAPPED', message: 'alphabet' } } },
    );
    expect(block.search('alpha')).toEqual([0, 3, 4]);
    expect(block.search('beta')).toEqual([1]);
    expect(block.search('call_trapped')).toEqual([4]);
    expect(block.search('gamma')).toEqual([]);
  });

  it('finds rows behind letters whose lower case is longer', async () => {
    const block = await storeRows({ input: 'İİİİ' }, { input: 'one' }, { input: 'two İ' });
    expect(block.search('two')).toEqual([2]);
    expect(block.search('one')).toEqual([1]);
    expect(block.search('i̇')).toEqual([0, 2]);
  });

  it('finds nothing that begins in one text and ends in the next', async () => {
    const block = await storeRows({ input: 'ab', output: 'cd' }, { input: 'ef' });
    expect(block.search('bc')).toEqual([]);
    expect(block.search('de')).toEqual([]);
  });

  it('cuts off texts that are too long to be read, and says how much', async () => {
    const block = await storeRows({ output: 'x'.repeat(300_000) });
    expect(block.row(0).output).toHaveLength(
      200_000 + '… (100000 more characters are in the run)'.length,
    );
  });
});
