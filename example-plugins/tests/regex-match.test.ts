import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

const right = (found: string): object => ({ score: 1, explanation: `found "${found}"` });
const wrong = (found?: string): object => ({
  score: 0,
  ...(found !== undefined && { explanation: `found "${found}"` }),
});

describe('plugin regex-match', () => {
  it.each([
    [{ pattern: '\\d+ km' }, { output: 'It is 42 km.' }, right('42 km')],
    [{ pattern: '\\d+ km' }, { output: 'It is far.' }, wrong()],
    [{ pattern: '\\d+ km', negate: true }, { output: 'It is far.' }, { score: 1 }],
    [{ pattern: '\\d+', whole: true }, { output: '42 km' }, wrong()],
    [{ pattern: 'b', whole: true, multiline: true }, { output: 'a\nb\nc' }, wrong()],
    [{ pattern: 'a|42 km', whole: true }, { output: '42 km' }, right('42 km')],
    [{ pattern: 'straße', ignore_case: true }, { output: 'STRAẞE' }, right('STRAẞE')],
    [{ pattern: '^b.c$', multiline: true }, { output: 'a\nb-c\n' }, right('b-c')],
    [{ pattern: 'a.c', dot_all: true }, { output: 'a\nc' }, right('a\nc')],
    [
      { pattern: 'answer is \\(?([A-D])', compare_group: true },
      { output: 'The answer is (B).', expected: 'B' },
      right('B'),
    ],
    [
      { pattern: 'answer is \\(?([A-D])', compare_group: true },
      { output: 'The answer is (B).', expected: ['A', 'C'] },
      wrong('B'),
    ],
    [{}, { output: 'colour', expected: ['x', 'colou?r'] }, right('colour')],
    [{}, { output: 'gray', expected: ['x', 'colou?r'] }, wrong()],
  ])('%j %j', async (config, data, output) => {
    await using host = await openPlugin('regex-match', config);
    expect((await host.call(data)).data).toEqual(output);
  });

  it('does not load with a pattern that is wrong, and says where', async () => {
    await expect(openPlugin('regex-match', { pattern: 'a(b' })).rejects.toThrow(
      'Cannot read the regular expression "a(b": expected ")" at 3',
    );
  });

  it('does not take half a group for a pattern, though two halves would make one', async () => {
    await expect(openPlugin('regex-match', { pattern: 'a)|(?:b', whole: true })).rejects.toThrow(
      '")" without its opening at 1',
    );
  });

  it('takes four times the fuel, and little more, for four times the pattern', async () => {
    const fuel = async (count: number): Promise<number> => {
      await using host = await openPlugin('regex-match', { pattern: `${'a?'.repeat(count)}x` });
      await host.call({ output: 'a' });
      return (await host.call({ output: 'a'.repeat(300) })).metadata.fuelUsed;
    };
    expect((await fuel(200)) / (await fuel(50))).toBeLessThan(4.4);
  });

  it('fails a call whose pattern is wrong, and goes on', async () => {
    await using host = await openPlugin('regex-match');
    await expect(host.call({ output: 'a', expected: '*' })).rejects.toThrow(
      'nothing to repeat at 0',
    );
    expect((await host.call({ output: 'a', expected: 'a' })).data).toEqual(right('a'));
  });

  // Each of these keeps a backtracking matcher busy for longer than the age of the universe.
  it.each(['(a+)+$', '(a|a)*$', '(?:a*)*(?:a*)*$', '(a?){30}a{30}$', '(.*)(.*)(.*)(.*)x'])(
    'takes twice the fuel for twice the text: /%s/',
    async (pattern) => {
      await using host = await openPlugin('regex-match', { pattern });
      const fuel = async (length: number): Promise<number> =>
        (await host.call({ output: `${'a'.repeat(length)}!` })).metadata.fuelUsed;
      await fuel(10);
      expect((await fuel(400)) / (await fuel(200))).toBeLessThan(2.1);
    },
  );
});
