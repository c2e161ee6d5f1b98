import type { ParsedOutput } from '@testbench/runtime';
import { describe, expect, it } from 'vitest';

import { EqualOutputs } from './equal-outputs.js';

const parse = (text: string): ParsedOutput => ({ data: JSON.parse(text), metrics: {} });

describe('EqualOutputs', () => {
  it('reads each text once, and freezes what items share', () => {
    const outputs = new EqualOutputs();
    const first = outputs.read('{"a":[1]}', () => parse('{"a":[1]}'));
    expect(Object.isFrozen(first.data)).toBe(false);
    const second = outputs.read('{"a":[1]}', () => parse('unread'));
    expect(second).toBe(first);
    expect(Object.isFrozen((second.data as { a: number[] }).a)).toBe(true);
    expect(outputs.read('{"a":[2]}', () => parse('{"a":[2]}')).data).toEqual({ a: [2] });
  });

  it('keeps no long text, no failure, and nothing that was not decoded', () => {
    const outputs = new EqualOutputs();
    const long = JSON.stringify('x'.repeat(300));
    for (const text of [long, undefined]) {
      const read = (): ParsedOutput => parse(long);
      expect(outputs.read(text, read)).not.toBe(outputs.read(text, read));
    }
    expect(() => outputs.read('{', () => parse('{'))).toThrow(SyntaxError);
    expect(outputs.read('{', () => parse('{}')).data).toEqual({});
  });
});
