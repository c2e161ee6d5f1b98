import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { compileToCaller, type WasmCaller } from './call-wasm.js';

const SOURCE = `
import { findJson } from "@testbench/plugins-sdk";
export function found(text: string): string { return findJson(text).source(); }
`;

let wasm: WasmCaller;
const found = (text: string): string => wasm.text('found', text);

beforeAll(async () => {
  wasm = await compileToCaller(SOURCE);
}, 60_000);

describe('findJson()', () => {
  it.each([
    ['all of it', ' {"a": 1}\n', '{"a": 1}'],
    ['a bare value', ' 42 ', '42'],
    ['nothing', 'There is {none} of [it', ''],
    ['the longest, not the first', 'See [1], [2]: {"a":2}', '{"a":2}'],
    ['the longest, not the last', 'Here: {"a":[1,2,3]} as in [7].', '{"a":[1,2,3]}'],
    ['the later of two of one length', 'First {"a":1}, no: {"a":2}.', '{"a":2}'],
    ['what is complete', '[1,2,3,4,5,6 and {"a":1}', '{"a":1}'],
    ['what is within what is broken off', '{"long": "text", "b": [1, 2]', '[1, 2]'],
    ['a fenced block, not the longest', '[1,2,3,4,5] ```json\n{"a":1}\n``` ', '{"a":1}'],
    ['the last of fenced blocks', '```json\n{"a":"…"}\n```\nso\n```json\n{"a":1}\n```', '{"a":1}'],
    ['a block without a name', '```\n[1]\n``` [1,2,3]', '[1]'],
    ['a block on one line', '```{"a":1}``` [1,2,3]', '{"a":1}'],
    ['a block between tildes', '~~~ json\n{"a":1}\n~~~ [1,2,3]', '{"a":1}'],
    [
      'the block after one that is none',
      '```python\nx = {}\n```\n```json\n{"a":1}\n```',
      '{"a":1}',
    ],
    ['a block with a fence inside of a text', '```json\n{"a":"```"}\n``` [1,2,3,4]', '{"a":"```"}'],
    ['a block that is not closed', '[1] ```json\n{"a":1}', '{"a":1}'],
    ['no bare value of a block', '```\n5\n``` [1]', '[1]'],
    ['nothing of a thought', '<think>{"a":[1,2,3]}</think> {"b":1}', '{"b":1}'],
    ['no block of a thought', '<think>\n```json\n{"a":1}\n```\n</think>\n[2]', '[2]'],
    ['nothing but thought', '<think>{"a":1}</think>', ''],
    ['a thought that is not closed', '{"b":1} <think>{"a":[1,2,3]}', '{"b":1}'],
    ['a thought that began in the prompt', '{"a":[1,2,3]}</think>{"b":1}', '{"b":1}'],
    ['other names of thoughts', '<Thinking>[1,2]</Thinking><reasoning>[3,4]</reasoning>[5]', '[5]'],
    ['two thoughts', '<think>[1,2]</think>[3]<think>[4,5]</think>', '[3]'],
    ['a tag inside of a text', 'Sure: {"a":"<think>no</think>"}', '{"a":"<think>no</think>"}'],
    ['a tag that is none', '<thinker>{"a":1}', '{"a":1}'],
    ['quotes in words', 'I\'d say "so {"a": "}"} it is', '{"a": "}"}'],
    ['characters of other scripts', '答え：{"日":"本"}。', '{"日":"本"}'],
  ])('takes %s', (_, text, expected) => {
    expect(found(text)).toBe(expected);
  });

  it('finds any object or list between words', () => {
    const words = fc.string({
      unit: fc.constantFrom(...Array.from('ab :,"}]<>`é日\n')),
      maxLength: 8,
    });
    const json = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(words, json, words, (before, value, after) => {
        const text = JSON.stringify(value);
        // Everything between two quotes is a string.
        fc.pre(!/<|```/.test(text) && !before.trimStart().startsWith('"'));
        expect(found(`${before} ${text} ${after}`)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});
