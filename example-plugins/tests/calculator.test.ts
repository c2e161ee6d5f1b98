import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { TestHost } from '@testbench/sdk';

import { openPlugin } from './open-plugin.js';

let host: TestHost;
beforeAll(async () => {
  host = await openPlugin('calculator');
});
afterAll(async () => await host[Symbol.asyncDispose]());

const calculate = async (expression: unknown): Promise<unknown> =>
  (await host.call({ arguments: { expression } })).data;

describe('plugin calculator', () => {
  it.each([
    ['1+2', 3],
    ['2*(3+4)^2', 98],
    ['2^3^2', 512],
    ['-2^2', -4],
    ['(-2)^2', 4],
    ['2^-1', 0.5],
    ['7-3-2', 2],
    ['24/4/3', 2],
    ['17%5*2', 4],
    ['1+2*3-4/2', 5],
    [' 0.1 + .2 ', 0.30000000000000004],
    ['--3', 3],
    ['((((1))))', 1],
    ['12345678901*10', 123456789010],
  ])('%s is %d', async (expression, result) => {
    expect(await calculate(expression)).toEqual({ result });
  });

  it.each([
    ['1/0', 'division by zero'],
    ['5%(2-2)', 'division by zero'],
    ['10^999', 'the result is not a finite number'],
    ['1+', 'expected a number at character 3, found the end'],
    ['2**3', 'expected a number at character 3, found "*"'],
    ['(1', 'expected ")" at character 3, found the end'],
    ['1 2', 'expected a number or an operator at character 3, found "2"'],
    ['1.2.3', 'expected a number at character 1, found "1"'],
    ['process.exit()', 'expected a number at character 1, found "p"'],
    ['('.repeat(999), 'the expression nests more than 100 levels'],
    ['-'.repeat(999), 'the expression nests more than 100 levels'],
    ['1'.repeat(1001), 'the expression has more than 1000 characters'],
    ['', 'expected a number at character 1, found the end'],
    [7, '"expression" is a number, expected a text'],
  ])('refuses %j', async (expression, problem) => {
    await expect(calculate(expression)).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      message: expect.stringContaining(`Cannot calculate: ${problem}`),
    });
  });

  it('takes plain arguments as well', async () => {
    expect((await host.call({ expression: '6*7' })).data).toEqual({ result: 42 });
  });
});
