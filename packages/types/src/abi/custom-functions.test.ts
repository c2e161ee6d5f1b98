import { describe, expect, it } from 'vitest';

import {
  CUSTOM_FUNCTION_PARAMETERS,
  CUSTOM_FUNCTION_SIGNATURE,
  isCustomFunctionName,
  parseCustomFunctionName,
} from './custom-functions.js';
import { HOST_FUNCTION_TABLE } from './host-functions.js';

describe('parseCustomFunctionName()', () => {
  it.each([
    ['mine.lookup', { module: 'mine', name: 'lookup' }],
    ['a.b2.c_d', { module: 'a.b2', name: 'c_d' }],
    ['environment.x', { module: 'environment', name: 'x' }],
  ])('splits %s at its last dot', (text, place) => {
    expect(parseCustomFunctionName(text)).toEqual(place);
  });

  it.each([
    '',
    'lookup',
    '.lookup',
    'mine.',
    'mine..lookup',
    'mine.Lookup',
    '1.a',
    'mine.1',
    'mine.a\n',
    'mine.a-b',
    'extism:host.env',
    'env.host_log',
    'env.more.host_log',
    'wasi_snapshot_preview1.fd_write',
    'wasi.random',
    'testbench_x.a',
    `mine.${'a'.repeat(128)}`,
  ])('refuses %j', (text) => {
    expect(typeof parseCustomFunctionName(text)).toBe('string');
  });
});

it('no function of the contract is taken for one of a host of its own', () => {
  expect(Object.keys(HOST_FUNCTION_TABLE).filter(isCustomFunctionName)).toEqual([]);
  expect(isCustomFunctionName('mine.lookup')).toBe(true);
});

it('the type has two places for each parameter', () => {
  expect(CUSTOM_FUNCTION_SIGNATURE.params).toHaveLength(2 * CUSTOM_FUNCTION_PARAMETERS.length);
});
