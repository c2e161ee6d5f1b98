import { describe, expect, it } from 'vitest';

import { datasetInput } from '../../__fixtures__/dataset-input.js';
import { collect } from '../../__fixtures__/temporary-folder.js';
import { MAX_LINE_BYTES } from '../limits.js';
import { readLines } from './read-lines.js';

async function linesOf(content: string | Uint8Array): Promise<[number, string, number][]> {
  const lines = await collect(readLines(datasetInput(content).bytes()));
  return lines
    .flat()
    .map(({ number, bytes, offset }) => [
      number,
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
      offset,
    ]);
}

describe('readLines()', () => {
  it('looks at the encoding', async () => {
    expect(await linesOf(Buffer.from('\uFEFF😀'))).toEqual([[1, '😀', 0]]);
    await expect(linesOf(Buffer.from('\uFEFF😀', 'utf16le'))).rejects.toThrow(
      'it is UTF-16, save it as UTF-8',
    );
  });

  it.each([
    { content: '', lines: [] },
    { content: 'a', lines: [[1, 'a', 0]] },
    { content: 'a\n', lines: [[1, 'a', 0]] },
    {
      content: 'a\n\nb',
      lines: [
        [1, 'a', 0],
        [2, '', 2],
        [3, 'b', 3],
      ],
    },
    { content: 'a\r\n', lines: [[1, 'a\r', 0]] },
    { content: '\uFEFFa\n', lines: [[1, 'a', 0]] },
    { content: 'a\u2028b\rc\n', lines: [[1, 'a\u2028b\rc', 0]] },
  ])('splits $content', async ({ content, lines }) => {
    expect(await linesOf(content)).toEqual(lines);
  });

  it('joins a line that spans several chunks of the file', async () => {
    const long = 'é'.repeat(100_000);
    const lines = await linesOf(`x\n${long}\ny\n`);
    expect(lines.map(([number, text]) => [number, text.length])).toEqual([
      [1, 1],
      [2, 100_000],
      [3, 1],
    ]);
    expect(lines[1]?.[1]).toBe(long);
    expect(lines[2]?.[2]).toBe(200_003);
  });

  it.each(['', '\n'])('rejects a line that is too long, ended by %j', async (end) => {
    const content = `a\n${'x'.repeat(MAX_LINE_BYTES + 1)}${end}`;
    await expect(linesOf(content)).rejects.toMatchObject({
      code: 'DATASET_FORMAT',
      place: 2,
    });
  });
});
