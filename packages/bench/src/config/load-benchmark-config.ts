import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';

import { ConfigError } from '@testbench/types';
import { parseDocument } from 'yaml';

import { BenchError, describeFileError } from '../errors.js';
import type { ResolvedBenchmarkConfig } from './benchmark-config.js';
import { parseBenchmarkConfig } from './parse-benchmark-config.js';

/**
 * Reads a benchmark's configuration from a JSON or YAML file; `.json` is read as JSON, all else as YAML 1.2.
 *
 * Relative paths in it start at the file's folder.
 *
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE` if there is no such file or it cannot be read.
 * @throws {ConfigError} `CONFIG_INVALID` or `CONFIG_UNKNOWN_KEY`.
 */
export async function loadBenchmarkConfig(path: string): Promise<ResolvedBenchmarkConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    throw new BenchError(
      'BENCH_CONFIG_UNREADABLE',
      `Cannot read configuration ${JSON.stringify(path)}: ${state}`,
      { cause, file: path },
    );
  }
  const value =
    extname(path).toLowerCase() === '.json' ? parseJson(text, path) : parseYaml(text, path);
  return parseBenchmarkConfig(value, dirname(resolve(path)));
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw syntaxError(path, (cause as Error).message, cause);
  }
}

function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text);
  const error = document.errors[0];
  // Pretty messages go on with a drawing of the source on further lines.
  if (error !== undefined) throw syntaxError(path, error.message.split('\n')[0]!, error);
  try {
    return document.toJS();
  } catch (cause) {
    // Such as an alias without an anchor, or aliases that multiply beyond all measure.
    throw syntaxError(path, (cause as Error).message, cause);
  }
}

function syntaxError(path: string, reason: string, cause: unknown): ConfigError {
  const format = extname(path).toLowerCase() === '.json' ? 'JSON' : 'YAML';
  return new ConfigError(
    'CONFIG_INVALID',
    '',
    `Cannot read configuration ${JSON.stringify(path)}: not valid ${format} (${reason.replace(/:$/, '')})`,
    { cause },
  );
}
