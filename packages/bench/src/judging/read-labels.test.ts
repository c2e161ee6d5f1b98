import { describe, expect, it } from 'vitest';

import { temporaryFile } from '../__fixtures__/temporary-folder.js';
import { parseLabel, readLabels } from './read-labels.js';

describe('readLabels()', () => {
  it('reads a label a line', async () => {
    const text =
      '\uFEFF{"id":"q1","label":1,"who":"ana","when":"2026-11-30T10:00:00Z"}\r\n\n{"id":2,"label":"A","model":"m","epoch":2,"note":""}\n{"id":"q3","label":false}';
    const path = await temporaryFile('labels.jsonl', text.replace(',"note":""', ',"note":"so"'));
    expect(await readLabels(path)).toEqual([
      { id: 'q1', label: 1, who: 'ana', when: '2026-11-30T10:00:00Z' },
      { id: '2', label: 'A', model: 'm', epoch: 2, note: 'so' },
      { id: 'q3', label: 0 },
    ]);
  });

  it('reads a table, where numbers and truth values are texts', async () => {
    const text = 'id;label;who;epoch\nq1;1;ana;\n2;true;ana;2\nq3;"A; B";;\nq4;0.25;bo;';
    expect(await readLabels(await temporaryFile('labels.csv', text))).toEqual([
      { id: 'q1', label: 1, who: 'ana' },
      { id: '2', label: 1, who: 'ana', epoch: 2 },
      { id: 'q3', label: 'A; B' },
      { id: 'q4', label: 0.25, who: 'bo' },
    ]);
    const tabs = await temporaryFile('labels.tsv', 'id\tlabel\nq1\t0\nq2\t');
    await expect(readLabels(tabs)).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 3,
    });
  });

  it.each([
    ['{"id":"a","label":1}\n{"id":"b"}', 2, '"label"'],
    ['{"id":"a","label":null}', 1, 'label'],
    ['{"id":"a","label":""}', 1, 'the name of a class'],
    ['{"id":"a","label":1e999}', 1, ''],
    ['{"id":["a"],"label":1}', 1, '"id"'],
    ['{"id":"a","label":1,"when":"yesterday"}', 1, 'a time such as'],
    ['{"id":"a","label":1,"rater":"ana"}', 1, 'rater'],
    ['[1]', 1, ''],
    ['{"id":"a","label":1', 1, ''],
  ])('refuses %j with its line', async (text, line, problem) => {
    const path = await temporaryFile('labels.jsonl', text);
    await expect(readLabels(path)).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line,
      message: expect.stringContaining(problem),
    });
  });

  it('says that there is no file', async () => {
    await expect(readLabels('/none/labels.jsonl')).rejects.toMatchObject({
      code: 'BENCH_CONFIG_UNREADABLE',
    });
  });
});

it('parseLabel() names what is wrong', () => {
  expect(() => parseLabel({ id: 'a', label: {} })).toThrow(/"label"/);
});
