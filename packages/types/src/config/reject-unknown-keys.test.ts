import { describe, expect, it } from 'vitest';

import { nearestKey } from './nearest-key.js';
import { rejectUnknownKeys } from './reject-unknown-keys.js';

describe('nearestKey()', () => {
  const known = ['timeoutMs', 'maxFuel', 'maxMemoryBytes'];

  it.each([
    { key: 'timeoutMS', expected: 'timeoutMs' },
    { key: 'timeotMs', expected: 'timeoutMs' },
    { key: 'maxfule', expected: 'maxFuel' },
    { key: 'max_memory_bytes', expected: 'maxMemoryBytes' },
    { key: 'colour', expected: undefined },
    { key: '', expected: undefined },
    { key: 'timeoutMs'.repeat(2), expected: undefined },
    { key: 'timeoutMs---', expected: 'timeoutMs' },
    { key: 'timeoutMs'.repeat(1_000_000), expected: undefined },
  ])('takes $key for $expected', ({ key, expected }) => {
    expect(nearestKey(key, known)).toBe(expected);
  });
});

// The original system's name for the number of plugins is closer to ours for the number of calls.
it.each(['maxConcurrentPlugins', 'max_concurrent_plugins'])('takes %s for what it meant', (key) => {
  const known = ['maxConcurrentExecutions', 'maxLoadedPlugins'];
  expect(nearestKey(key, known)).toBe('maxLoadedPlugins');
  expect(nearestKey(key, ['maxConcurrentExecutions'])).toBe('maxConcurrentExecutions');
});

describe('rejectUnknownKeys()', () => {
  it('accepts known keys, whatever their values', () => {
    expect(() => rejectUnknownKeys({ a: undefined, b: 1 }, ['a', 'b'], '')).not.toThrow();
  });

  it.each([
    {
      path: '',
      value: { nane: 1 },
      at: 'nane',
      message: 'Cannot read configuration: unknown key "nane", did you mean "name"?',
    },
    {
      path: 'run',
      value: { colour: 1 },
      at: 'run.colour',
      message: 'Cannot read "run": unknown key "colour"; known keys: name, model',
    },
    {
      path: '',
      value: JSON.parse('{"__proto__":1}') as object,
      at: '__proto__',
      message: 'Cannot read configuration: unknown key "__proto__"; known keys: name, model',
    },
  ])('rejects $at', ({ path, value, at, message }) => {
    expect(() => rejectUnknownKeys(value, ['name', 'model'], path)).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNKNOWN_KEY', path: at, message }),
    );
  });
});
