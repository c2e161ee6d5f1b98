import { open } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';

import { describeFileError } from '@testbench/core';
import { ConfigError, decodeText, parseJsonText } from '@testbench/types';

import { BenchError } from '../errors.js';
import type { ResolvedBenchmarkConfig } from './benchmark-config.js';
import { MAX_CONFIG_BYTES } from './limits.js';
import { parseBenchmarkConfig } from './parse-benchmark-config.js';
import { parseYaml, YamlError } from './parse-yaml.js';

/**
 * Reads a benchmark's configuration from a JSON or YAML file; `.json` is read as JSON, all else as YAML 1.2.
 *
 * Relative paths in it start at the file's folder. The file is UTF-8, with or without a byte order mark, of at most 512 KiB.
 *
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE` if there is no such file or it cannot be read.
 * @throws {ConfigError} `CONFIG_INVALID` or `CONFIG_UNKNOWN_KEY`.
 */
export async function loadBenchmarkConfig(path: string): Promise<ResolvedBenchmarkConfig> {
  const bytes = await readConfigFile(path);
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

/** One byte more than the cap at most: a device or pipe has no size to look at before. */
async function readConfigFile(path: string): Promise<Uint8Array> {
  const unreadable = (state: string, cause?: unknown): BenchError =>
    new BenchError(
      'BENCH_CONFIG_UNREADABLE',
      `Cannot read configuration ${JSON.stringify(path)}: ${state}`,
      { cause, file: path },
    );
  const buffer = new Uint8Array(MAX_CONFIG_BYTES + 1);
  let size = 0;
  try {
    await using file = await open(path);
    for (;;) {
      const { bytesRead } = await file.read(buffer, size, buffer.length - size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    throw unreadable(state, cause);
  }
  if (size > MAX_CONFIG_BYTES) throw unreadable(`it has more than ${MAX_CONFIG_BYTES} bytes`);
  return buffer.subarray(0, size);
}

function parseYamlFile(bytes: Uint8Array): unknown {
  const text = decodeText(bytes);
  if (text.trim() === '') throw new SyntaxError('it is empty');
  return parseYaml(text);
}
