import { describe, expect, it } from 'vitest';

import { temporaryFile } from '../__fixtures__/temporary-folder.js';
import { loadPrompts } from './load-prompts.js';
import type { PromptRecord } from './prompt.js';

const record: PromptRecord = { row: { q: '2+2?', hints: ['a', 'b'] }, input: '2+2?' };

async function renderFile(name: string, text: string | Uint8Array) {
  const file = await temporaryFile(name, text);
  const [prompt] = await loadPrompts({ prompts: [{ name: 'p', file }] });
  return prompt!.render(record);
}

describe('loadPrompts()', () => {
  it('asks a record as it is', async () => {
    const [prompt] = await loadPrompts({ prompts: [{ name: 'default' }] });
    const messages = [{ role: 'user', content: 'x' }];
    expect(prompt!.render(record)).toEqual({ prompt: '2+2?' });
    expect(prompt!.render({ row: {}, messages })).toEqual({ messages });
    expect(prompt!.source).toEqual({});
  });

  it('fills in texts and messages', async () => {
    const prompts = await loadPrompts({
      prompts: [
        { name: 'a', template: '{{input}} {{record.q}} {{q}} {{hints.1}}' },
        {
          name: 'b',
          messages: [
            { role: 'system', content: 'Be short.' },
            { role: 'user', content: '{{q}}' },
          ],
        },
      ],
    });
    expect(prompts.map((prompt) => prompt.render(record))).toEqual([
      { prompt: '2+2? 2+2? 2+2? b' },
      {
        messages: [
          { role: 'system', content: 'Be short.' },
          { role: 'user', content: '2+2?' },
        ],
      },
    ]);
    // A field of the record takes precedence over the built-in names.
    expect(
      prompts[0]!.render({
        row: { input: 'own', q: 1, hints: ['x', 'y'], record: { q: 2 } },
        input: 'mapped',
      }),
    ).toEqual({ prompt: 'own 2 1 y' });
  });

  it('reads a template, and messages in JSON and YAML', async () => {
    expect(await renderFile('p.txt', '\uFEFFQ: {{q}}\r\n')).toEqual({ prompt: 'Q: 2+2?' });
    const messages = [{ role: 'user', content: 'Q: {{q}}' }];
    const rendered = { messages: [{ role: 'user', content: 'Q: 2+2?' }] };
    expect(await renderFile('p.json', JSON.stringify(messages))).toEqual(rendered);
    expect(await renderFile('p.yaml', '- role: user\n  content: "Q: {{q}}"\n')).toEqual(rendered);
  });

  it.each([
    ['p.txt', ' \n', 'it is empty'],
    ['p.txt', '{{#if a}}', 'a tag is wrong or has no end in line 1'],
    ['p.txt', Buffer.from('a\xe9', 'latin1'), 'not UTF-8'],
    ['p.json', '{', 'not valid JSON'],
    ['p.json', '{}', 'expected a list, found an object'],
    ['p.yaml', '- role: user\n  contents: x\n', 'unknown key "contents", did you mean "content"?'],
    ['p.yaml', '- role: !x user\n', 'not valid YAML'],
    ['p.yaml', '- role: user\n  content: "{{#if a}}"\n', 'as a template: a tag is wrong'],
  ])('refuses the file %s with %j', async (name, text, message) => {
    await expect(renderFile(name, text)).rejects.toMatchObject({
      code: expect.stringMatching(/^CONFIG_/),
      path: expect.stringMatching(/^prompts\[0\]/),
      message: expect.stringContaining(message),
    });
  });

  it('tells of a file that is not there', async () => {
    await expect(
      loadPrompts({ prompts: [{ name: 'p', file: '/none.txt' }] }),
    ).rejects.toMatchObject({
      code: 'BENCH_CONFIG_UNREADABLE',
      message: expect.stringContaining('Cannot read prompt "/none.txt"'),
    });
  });
});
