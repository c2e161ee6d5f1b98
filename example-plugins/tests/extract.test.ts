import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { PluginSystem } from '@testbench/core';
import { describe, expect, it } from 'vitest';

import { openPlugin, pluginPath } from './open-plugin.js';

const extract = async (config: object, text: string): Promise<string> => {
  await using host = await openPlugin('extract', config);
  return (await host.call<string>(text)).data;
};

describe('plugin extract', () => {
  it.each([
    [{}, 'first 3, then -1,234.50.', '-1234.50'],
    [{ which: 'first' }, 'first 3, then 4', '3'],
    [
      { which: 'list' },
      // Text that could be a decimal comma or a list, and versions, are not numbers.
      'a-1 -2 3-4 1,2 1, 2 1,234 1.2.3',
      '["1","-2","3","4","1","2","1234"]',
    ],
    [{}, 'none', ''],
    [{ otherwise: 'text' }, 'none', 'none'],
    [
      { by: 'regex', pattern: 'answer is \\(?([A-D])', flags: 'i', group: 1 },
      'The Answer is (B) or so',
      'B',
    ],
    [{ by: 'regex', pattern: '\\d+', which: 'list' }, 'a1b22', '["1","22"]'],
    [{ by: 'regex', pattern: '(a)|(b)', group: 2, which: 'list' }, 'abab', '["b","b"]'],
    [
      { by: 'json_path', path: '$.a[*].b', which: 'first' },
      '{"a":[{"b":"x\\ny"},{"b":2}]}',
      'x\ny',
    ],
    [
      { by: 'json_path', path: '$.a' },
      'Sure! {no} ```json\n{"a": {"b": "}"}}\n``` ok',
      '{"b": "}"}',
    ],
    [{ by: 'json_path', path: '$..x', which: 'list' }, '{"x":1,"y":{"x":null}}', '[1,null]'],
    [{ by: 'json_path', path: '$.z', otherwise: 'text' }, 'no json', 'no json'],
  ])('%j takes of %j %j', async (config, text, expected) => {
    expect(await extract(config, text)).toBe(expected);
  });

  it('keeps the other fields of an object', async () => {
    await using host = await openPlugin('extract');
    expect((await host.call({ text: 'is 4', id: 7 })).data).toEqual({ id: 7, text: '4' });
  });

  it.each([
    [
      { by: 'json_path', path: '$.a[' },
      'Cannot read the JSON path \\"$.a[\\": expected a name in quotes',
    ],
    [{ by: 'regex', pattern: '(' }, 'Cannot read the regular expression'],
  ])('refuses %j', async (config, message) => {
    await expect(openPlugin('extract', config)).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
      message: expect.stringContaining(message.replaceAll('\\"', '"')),
    });
  });
});

/** A case of the JSONPath compliance test suite, which the package carries. */
interface Case {
  readonly name: string;
  readonly selector: string;
  readonly document?: unknown;
  readonly result?: unknown;
  readonly results?: readonly unknown[];
  readonly invalid_selector?: boolean;
}

const require = createRequire(import.meta.url);
const suite = join(
  dirname(require.resolve('jsonpath-rfc9535/package.json')),
  'src/__tests__/jsonpath-compliance-test-suite/cts.json',
);
const cases: readonly Case[] = JSON.parse(readFileSync(suite, 'utf8')).tests;

/** RFC 9485 has `\p{…}`; the library's expressions do not. */
const needsClasses = ({ selector }: Case): boolean => /\\\\?[pP]\{/.test(selector);

describe('JSON paths, by the compliance test suite of RFC 9535', () => {
  const supported = cases.filter((test) => !needsClasses(test));
  it(`passes ${supported.length} of ${cases.length} cases`, async () => {
    // One system for all cases: it compiles the module once.
    await using system = new PluginSystem();
    const run = async ({ selector, document }: Case): Promise<string> => {
      const config = { by: 'json_path', path: selector, which: 'list' };
      const { id } = await system.loadPlugin(pluginPath('extract'), { config });
      try {
        return (await system.executePlugin<string>(id, { data: JSON.stringify(document ?? null) }))
          .data;
      } finally {
        await system.unloadPlugin(id);
      }
    };
    const failed: string[] = [];
    for (const test of supported) {
      const given = await run(test).catch((error: Error) => error.message);
      const wrong = test.invalid_selector === true;
      const wanted = (test.results ?? [test.result]).map((list) => JSON.stringify(list));
      const found = given.startsWith('[') ? JSON.stringify(JSON.parse(given)) : given;
      const right = wrong ? given.includes('Cannot read the JSON path') : wanted.includes(found);
      if (!right) failed.push(`${test.name}: ${test.selector} gave ${given}`);
    }
    expect(failed).toEqual([]);
  }, 60_000);
});
