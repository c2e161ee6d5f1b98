import { ConfigError } from '@testbench/types/errors';

/** @throws {ConfigError} Always: a page has no files. */
export function readEnvFile(_file: string, path: string): Readonly<Record<string, string>> {
  throw new ConfigError('CONFIG_INVALID', path, `Cannot use "${path}": a page has no files`);
}
