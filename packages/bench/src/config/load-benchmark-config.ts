import { dirname, extname, resolve } from 'node:path';

import { ConfigError, decodeText, parseJsonText } from '@testbench/types';

import type { ResolvedBenchmarkConfig } from './benchmark-config.js';
import { MAX_CONFIG_BYTES } from './limits.js';
import { parseBenchmarkConfig } from './parse-benchmark-config.js';
import { parseYaml, YamlError } from './parse-yaml.js';
import { readCappedFile } from './read-capped-file.js';

/**
 * Reads a benchmark's configuration from a JSON or YAML file; `.json` is read as JSON, all else as YAML 1.2.
 *
 * Relative paths in it start at the file's folder. The file is UTF-8, with or without a byte order mark, of at most 512 KiB.
 *
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE` if there is no such file or it cannot be read.
 * @throws {ConfigError} `CONFIG_INVALID` or `CONFIG_UNKNOWN_KEY`.
 */
export async function loadBenchmarkConfig(path: string): Promise<ResolvedBenchmarkConfig> {
  const bytes = await readCappedFile(path, 'configuration', MAX_CONFIG_BYTES);
  const format = extname(path).toLowerCase() === '.json' ? 'JSON' : 'YAML';
  let value: unknown;
  try {
    value = format === 'JSON' ? parseJsonText(bytes) : parseYamlFile(bytes);
  } catch (cause) {
    const { message } = cause as Error;
    const state = cause instanceof YamlError ? `not valid YAML (${message})` : message;
    throw new ConfigError(
      'CONFIG_INVALID',
      '',
      `Cannot read configuration ${JSON.stringify(path)}: ${state}`,
      { cause },
    );
  }
  return parseBenchmarkConfig(value, dirname(resolve(path)));
}

function parseYamlFile(bytes: Uint8Array): unknown {
  const text = decodeText(bytes);
  if (text.trim() === '') throw new SyntaxError('it is empty');
  return parseYaml(text);
}
