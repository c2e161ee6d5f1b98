import { describe, expect, it } from 'vitest';

import { dataFor, fieldAt, fieldsOf, guessMapping, parseRecords } from './records.js';

describe('parseRecords()', () => {
  it.each([
    ['{"a": 1}\n\n{"a": 2}\n', [{ a: 1 }, { a: 2 }]],
    ['\uFEFF[{"a": 1}, {"a": 2}]', [{ a: 1 }, { a: 2 }]],
  ])('reads %j', (text, records) => {
    expect(parseRecords(text)).toEqual(records);
  });

  it.each([
    ['', /there are none/],
    ['{"a": 1}\nnot JSON', /record 2: expected a JSON object/],
    ['[1]', /record 1: expected a JSON object/],
  ])('refuses %j', (text, message) => {
    expect(() => parseRecords(text)).toThrow(message);
  });
});

describe('fields', () => {
  const record = { question: 'q', ground_truth: 'A: 1', m: { solution: 'A: 1' }, 'a.b': 2, l: [1] };

  it('are named with dots, and found as evaluators find them', () => {
    expect(fieldsOf([record])).toEqual(['question', 'ground_truth', 'm.solution', 'a.b', 'l']);
    expect(fieldAt(record, 'm.solution')).toBe('A: 1');
    expect(fieldAt(record, 'a.b')).toBe(2);
    expect(fieldAt(record, 'm.none')).toBeUndefined();
    expect(fieldAt(record, 'constructor.name')).toBeUndefined();
  });

  it('are guessed from their names', () => {
    const mapping = guessMapping(fieldsOf([record]));
    expect(mapping).toEqual({ output: 'm.solution', expected: 'ground_truth', input: 'question' });
    expect(dataFor(record, mapping)).toEqual({
      output: 'A: 1',
      expected: 'A: 1',
      input: 'q',
      record,
    });
  });
});
