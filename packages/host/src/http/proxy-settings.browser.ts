import { ConfigError } from '@testbench/types/errors';

/** @throws {ConfigError} For any proxy: a page cannot control how its browser connects. */
export function readProxy(proxy: unknown, path = 'proxy'): undefined {
  if (proxy === undefined) return;
  const state = 'a page cannot say how its browser connects';
  throw new ConfigError('CONFIG_INVALID', path, `Cannot use "${path}": ${state}`);
}
