import { describe, expect, it } from 'vitest';

import { csvLine } from './csv-line.js';

describe('csvLine()', () => {
  it.each([
    [['a', 'b c', 'ü'], 'a,b c,ü\r\n'],
    [
      ['a,b', 'say "so"', 'two\nlines', 'cr\rhere'],
      '"a,b","say ""so""","two\nlines","cr\rhere"\r\n',
    ],
    [[1, -2.5, true, null, undefined, { a: 1 }], '1,-2.5,true,,,"{""a"":1}"\r\n'],
    [[], '\r\n'],
  ])('writes %j', (values, line) => {
    expect(csvLine(values)).toBe(line);
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\uFEFF=1',
    '＝1',
    '＋1',
    '－1',
    '＠a',
    '\t',
  ])('shows %j instead of running it', (text) => {
    expect(csvLine([text])).toBe(`"'${text}"\r\n`);
  });

  it.each(['a=1', '1-2', 'b@c.example', '–1', ''])('leaves %j as it is', (text) => {
    expect(csvLine([text])).toBe(`${text}\r\n`);
  });
});
