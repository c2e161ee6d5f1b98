import { describe, expect, it } from 'vitest';

import { parseYaml } from './parse-yaml.js';

describe('parseYaml()', () => {
  it.each([
    { text: 'a: 1\nb: [x, {c: null}]', json: '{"a":1,"b":["x",{"c":null}]}' },
    { text: 'a: &x {b: 1}\nc: *x', json: '{"a":{"b":1},"c":{"b":1}}' },
    { text: 'a: !!str 5', json: '{"a":"5"}' },
    { text: '- a: 1\n- a: 2', json: '[{"a":1},{"a":2}]' },
    { text: 'constructor: 1\ntoString: 2', json: '{"constructor":1,"toString":2}' },
  ])('reads $text', ({ text, json }) => {
    expect(JSON.stringify(parseYaml(text))).toBe(json);
  });

  it('keeps a key named like a prototype as data', () => {
    expect(Object.keys(parseYaml('__proto__: 1') as object)).toEqual(['__proto__']);
  });

  it.each([
    { text: 'a: 1\nb: !secret x', state: 'Unresolved tag: !secret at line 2' },
    { text: 'a: 1\nb: !!binary aGk=', state: 'the tag tag:yaml.org,2002:binary at line 2' },
    { text: 'a: !!timestamp 2026-01-01', state: 'the tag tag:yaml.org,2002:timestamp at line 1' },
    { text: '%FOO bar\n---\na: 1', state: 'Unknown directive %FOO at line 1' },
    { text: 'a:\n  b: 1\n  b: 2', state: 'the key "b" is there twice at line 3' },
    { text: 'x: {b: 1,\n "b": 2}', state: 'the key "b" is there twice at line 2' },
    { text: '1: a\n"1": b', state: 'the key "1" is there twice at line 2' },
    { text: 'a: 1\n? [b, c]\n: d', state: 'a key that is no text' },
    { text: 'a: 1\nb: .inf', state: 'the number .inf is not finite at line 2' },
    { text: 'a: 1\n---\nb: 2', state: 'multiple documents' },
    { text: 'a: *x', state: 'Unresolved alias' },
    { text: '['.repeat(100_000), state: 'it nests too deeply at line 1' },
    {
      text: Array.from({ length: 1_001 }, (_, index) => `- &a${index} 1`).join('\n'),
      state: 'more than 1000 anchors and aliases at line 1001',
    },
    {
      text: `- &a 1\n${'- *a\n'.repeat(1_000)}`,
      state: 'more than 1000 anchors and aliases at line 1001',
    },
  ])('refuses "$state"', ({ text, state }) => {
    expect(() => parseYaml(text)).toThrow(
      expect.objectContaining({ name: 'YamlError', message: expect.stringContaining(state) }),
    );
  });
});
