import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { WireError } from '../data/wire-error.js';
import { CallError } from './call-error.js';
import { ConfigError } from './config-error.js';
import { LoadError } from './load-error.js';
import { PluginError } from './plugin-error.js';

it('escapes what a plugin could have put into a message', () => {
  const evil = 'Cannot admit module: import "\u001b[2J\n\u202e"';
  for (const error of [new LoadError('LOAD_REJECTED', evil), new CallError('CALL_TRAPPED', evil)]) {
    expect(error.message).toBe(String.raw`Cannot admit module: import "\x1b[2J\x0a\u202e"`);
  }
});

describe('PluginError.is()', () => {
  it.each([
    new LoadError('LOAD_NOT_FOUND', 'm'),
    new CallError('CALL_TRAPPED', 'm'),
    new ConfigError('CONFIG_INVALID', 'a.b', 'm'),
    new WireError('WIRE_BAD_JSON', 'm'),
  ])('recognises $name', (error) => {
    expect(PluginError.is(error)).toBe(true);
    expect(error).toBeInstanceOf(Error);
  });

  it('recognises an error of another realm by the shared symbol', () => {
    const foreign: unknown = runInNewContext(
      `Object.assign(new Error('m'), { [Symbol.for('@testbench/plugin-error')]: true, code: 'X' })`,
    );
    expect(foreign).not.toBeInstanceOf(Error);
    expect(PluginError.is(foreign)).toBe(true);
  });

  it.each([undefined, null, 'text', new Error('m'), { code: 'LOAD_NOT_FOUND' }])(
    'refuses %s',
    (value) => {
      expect(PluginError.is(value)).toBe(false);
    },
  );
});

describe('CallError', () => {
  it('carries what the plugin said and what the call used', () => {
    const usage = { executionTimeMs: 1, memoryUsedBytes: 65_536, fuelUsed: 10 };
    const cause = new Error('trap');
    const error = new CallError('CALL_PLUGIN_FAILED', 'm', {
      pluginCode: -7,
      pluginMessage: 'no',
      pluginDetails: { a: 1 },
      usage,
      cause,
    });
    expect(error).toMatchObject({
      pluginCode: -7,
      pluginMessage: 'no',
      pluginDetails: { a: 1 },
      usage,
    });
    expect(error.cause).toBe(cause);
  });

  it('has no own "cause" when there is none', () => {
    expect(Object.hasOwn(new CallError('CALL_TRAPPED', 'm'), 'cause')).toBe(false);
  });
});
