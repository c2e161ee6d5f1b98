import { PluginSystem } from '@testbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildScript } from './build-script.js';
import { SHIPPED_SCRIPTS } from './run-code.js';

let system: PluginSystem;

const prompt = '/** Doubles. */\nfunction double(x) {\n';
const test =
  'const assert = require("node:assert");\nassert.equal(double(2), 4);\nassert.ok(Math.abs(double(0.5) - 1) < 1e-9, "half");\n';

async function judge(fields: Readonly<Record<string, unknown>>): Promise<any> {
  const data = { prompt, test, entry_point: 'double', ...fields };
  return (await system.executePlugin('run-code', { data })).data;
}

beforeAll(async () => {
  system = new PluginSystem({
    isolation: 'inline',
    limits: { maxFuel: 5_000_000_000, timeoutMs: 60_000 },
  });
  const { bytes } = await buildScript({
    path: '.',
    shipped: 'run-code',
    language: 'javascript',
  });
  await system.loadPluginFromBytes('run-code', bytes, {
    state: 'reset',
    config: { steps: 100_000 },
  });
  await system.loadPluginFromBytes('configured', bytes, {
    config: { test_field: 'suite', entry_field: 'fn', prompt_field: 'start', stop: true },
  });
}, 60_000);
afterAll(() => system.close());

describe('run-code for JavaScript', () => {
  it.each([
    ['goes on with the prompt', '  return 2 * x;\n}\n'],
    [
      'is a block of Markdown',
      'Sure!\n```js\nexport function double(x) {\n  return x + x;\n}\n```\nDone.',
    ],
    ['is a constant', 'const double = (x) => x * 2;'],
    ['is exported as Node has it', 'module.exports = { double: (x) => x * 2 };'],
    ['logs', 'const double = (x) => { console.log(x); return x * 2; };'],
  ])('passes code that %s', async (_, output) => {
    expect(await judge({ output })).toMatchObject({
      score: 1,
      metrics: { tests: 2, tests_passed: 2 },
    });
  });

  it.each([
    [
      'is wrong',
      '  return 2 * Math.floor(x);\n}',
      'test 2 failed: AssertionError: half\ntests: 1 passed, 2 failed',
    ],
    ['cannot be read', '  return (\n}', 'the code fails: SyntaxError'],
    ['defines nothing', 'const other = 1;\nmodule.exports = {};', 'the code defines no double'],
    ['never ends', '  for (;;);\n}', 'takes more steps than it may'],
    ['never ends at its start', 'for (;;);\nfunction double() {}', 'takes more steps than it may'],
    [
      'never ends in a promise',
      '  return 1;\n}\nconst again = () => Promise.resolve().then(again);\nagain();',
      'takes more steps',
    ],
    [
      'catches everything in a loop',
      '  for (;;) try { for (;;); } catch {}\n}',
      'takes more steps',
    ],
    ['recurses', '  return double(x);\n}', 'RangeError: Maximum call stack size exceeded'],
    [
      'takes all memory',
      '  const kept = [];\n  for (;;) kept.push("x".repeat(1e6) + kept.length);\n}',
      'no memory left',
    ],
    ['throws', '  throw new TypeError("no");\n}', 'TypeError: no'],
    ['throws what is no error', '  throw { get message() { throw 1; } };\n}', 'broke off'],
    ['gives a promise', '  return Promise.resolve(2 * x);\n}', 'test 1 failed'],
    [
      'is equal to everything',
      '  return { valueOf: () => 4, [Symbol.toPrimitive]: () => 4 };\n}',
      'test 1',
    ],
    [
      'becomes another number each time',
      '  let n = 0; class A { valueOf() { return (n += 2); } }\n  return new A();\n}',
      'test 1 broke off: TypeError: a value of the code under test',
    ],
    [
      'replaces what asserts',
      '  return null;\n}\nconsole.assert = () => {}; globalThis.assert = () => {}; Math.abs = () => 0; Object.is = () => true;',
      'test 1 failed',
    ],
    [
      'changes prototypes',
      '  return null;\n}\nObject.prototype.verdict = "passed"; Array.prototype.map = Array.prototype.filter = () => []; Function.prototype.call = () => 4;',
      'the code defines no double',
    ],
    [
      'looks for its tests',
      '  try { return Function("return this")().test ?? new Error().stack.includes("assert") ? 4 : 0; } catch { return 0; }\n}',
      'test 1 failed',
    ],
    [
      'answers in the place of the engine',
      '  return 0;\n}\nJSON.parse = () => ({ do: "get", object: 0, key: "x" }); JSON.stringify = () => \'{"value":[4,[]]}\';',
      'test 1 failed',
    ],
    [
      'gives what refers to itself',
      '  const value = []; value.push(value); return value;\n}',
      'Maximum call stack size exceeded',
    ],
    ['gives much', '  return new Array(1e6).fill(0);\n}', 'takes more steps'],
    [
      'floods its output',
      '  for (let n = 0; n < 5000; n += 1) console.log("x".repeat(1000));\n  return null;\n}',
      'test 1',
    ],
  ])('fails code that %s', async (_, output, message) => {
    const data = await judge({ output });
    expect(data).toMatchObject({ score: 0, explanation: expect.stringContaining(message) });
    expect(data.explanation.length).toBeLessThan(4_000);
  });

  it.each([
    [
      'a list, each by itself',
      ['assert(f([1]) === 1)', 'throw new Error("x")', 'assert.throws(() => f(null), TypeError)'],
      { tests: 3, tests_passed: 2 },
    ],
    [
      'blocks',
      'test("a", () => { assert(f([]) === 0); });\ntest("b", () => { f(null); });\nit("c", async () => {});',
      { tests: 3, tests_passed: 2 },
    ],
    [
      'check(candidate)',
      'function check(candidate) { console.assert(candidate([1, 2]) === 2); }',
      { tests: 1, tests_passed: 1 },
    ],
    [
      'what it does to its arguments',
      'const a = [3, 1]; f(a); assert.deepEqual(a, [3, 1, 9]);',
      { tests: 1, tests_passed: 1 },
    ],
  ])('runs tests that are %s', async (_, tests, metrics) => {
    const output = 'function f(list) { const { length } = list; list.push(9); return length; }';
    expect(
      (await judge({ output, tests, test: undefined, prompt: '', entry_point: 'f' })).metrics,
    ).toMatchObject(metrics);
  });

  it('compares classes, maps, promises and big numbers as they are', async () => {
    const output =
      'class Stack { items = []; push(x) { this.items.push(x); return this; } get size() { return this.items.length; } }\nconst later = async (x) => new Map([[x, new Set([1n])]]);\nclass Odd extends RangeError {}\nconst fails = async () => { throw new Odd("odd"); };';
    const tests = [
      'const s = new Stack(); s.push(1).push(2); assert.equal(s.size, 2); assert.deepEqual(s.items, [1, 2])',
      'assert.deepStrictEqual(await later("k"), new Map([["k", new Set([1n])]]))',
      'await assert.rejects(fails(), /odd/)',
      'assert.strictEqual(Object.is(Math.sign(-0), -0), true)',
    ];
    const data = await judge({
      output,
      tests,
      test: undefined,
      prompt: '',
      entry_point: undefined,
    });
    expect(data).toMatchObject({ score: 1, metrics: { tests: 5, tests_passed: 5 } });
  });

  it('takes names of fields, and stops at the first test that fails', async () => {
    const call = async (data: object) =>
      (await system.executePlugin<any>('configured', { data })).data;
    const record = {
      start: 'function two() {\n',
      fn: 'two',
      suite: ['assert(two() === 2)', 'assert(two() > 1)'],
    };
    expect(await call({ output: '  return 2; }', record })).toMatchObject({
      score: 1,
      metrics: { tests: 2 },
    });
    expect(await call({ output: '  return 1; }', record })).toMatchObject({
      score: 0,
      metrics: { tests: 1 },
    });
    await expect(call({ output: '' })).rejects.toMatchObject({ code: 'CALL_INVALID_INPUT' });
  });

  it('is refused for a language that there is none for', async () => {
    await expect(
      buildScript({ path: '.', shipped: 'run-code', language: 'ruby' }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(Object.keys(SHIPPED_SCRIPTS['run-code']!)).toEqual(['python', 'javascript']);
  });
});
