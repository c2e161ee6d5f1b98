import { describe, expect, it } from 'vitest';

import { RecordList } from './record-columns.js';
import { NameColumn, TextList, TextPool } from './text-pool.js';

describe('TextList, TextPool and NameColumn', () => {
  it('gives back texts of any letters and length', () => {
    const texts = ['', 'a', 'äöü', '日本語', '😀'.repeat(3000), 'x'.repeat(10_000), '__proto__'];
    const list = new TextList();
    for (const text of texts) list.add(text);
    expect(texts.map((_, place) => list.at(place))).toEqual(texts);
  });

  it('numbers thousands of texts, each once', () => {
    const pool = new TextPool();
    const numbers = Array.from({ length: 5000 }, (_, index) => pool.number(`name ${index % 2500}`));
    expect(pool.size).toBe(2500);
    expect(numbers.slice(0, 2500)).toEqual(numbers.slice(2500));
    expect(numbers.every((number, index) => pool.at(number) === `name ${index % 2500}`)).toBe(true);
    expect(pool.number('\ud800')).toBe(pool.number('\ud800'));
  });

  it('tells no name from an empty one', () => {
    const names = new NameColumn();
    for (const name of [undefined, '', 'a', '']) names.add(name);
    expect([0, 1, 2, 3].map((place) => names.at(place))).toEqual([undefined, '', 'a', '']);
    expect([...names.numbers]).toEqual([0, 1, 2, 1]);
  });
});

describe('RecordList', () => {
  const record = { group: undefined, cluster: undefined };

  it('calls records by their index until the first one has another id', () => {
    const list = new RecordList(false);
    list.add({ ...record, index: 3, id: undefined });
    list.add({ ...record, index: 4, id: '4' });
    expect(list.hasIds).toBe(false);
    list.add({ ...record, index: 5, id: 'five' });
    expect([0, 1, 2].map((place) => list.keyAt(place))).toEqual(['3', '4', 'five']);
    expect([0, 1, 2].map((place) => list.indexAt(place))).toEqual([3, 4, 5]);
  });

  it.each([
    [[0, 1, 2], undefined],
    [[2, 0, 1], undefined],
    [[2, 0, 2], 2],
    [[1, 1], 1],
  ])('of the indices %j finds %j twice', (indices, twice) => {
    const list = new RecordList(false);
    for (const index of indices) list.add({ ...record, index, id: undefined });
    expect(list.firstTwice()).toBe(twice);
  });
});
