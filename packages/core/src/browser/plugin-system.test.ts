import { ConfigError } from '@testbench/types/errors';
import { describe, expect, it } from 'vitest';

import { PluginSystem, type PluginSystemOptions } from './plugin-system.js';

// What runs in a browser is tested by `pnpm -C conformance platforms`.
describe('PluginSystem for browsers', () => {
  it.each([
    { cacheDir: 'cache' },
    { certificateAuthorities: [] },
    { isolation: 'thread' },
    { isolation: () => 'process' },
    { maxProcessesPerPlugin: 1 },
    { maxThreads: 1 },
    { onProblem: () => {} },
    { searchPaths: [] },
  ])('refuses %o, which a browser does not have', (options) => {
    const [path] = Object.keys(options);
    expect(() => new PluginSystem(options as PluginSystemOptions)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path }),
    );
  });

  it.each([5, 'options', []])('refuses %o as options', (options) => {
    expect(() => new PluginSystem(options as PluginSystemOptions)).toThrow(ConfigError);
  });

  it('refuses an unknown key', () => {
    expect(() => new PluginSystem({ limit: {} } as PluginSystemOptions)).toThrow(
      'did you mean "limits"?',
    );
  });

  it.each([undefined, {}, { isolation: 'inline' as const, maxLoadedPlugins: 2 }])(
    'takes %o',
    async (options) => {
      const system = new PluginSystem(options);
      expect(system.pluginCount).toBe(0);
      await system.close();
    },
  );
});
