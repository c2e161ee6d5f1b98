import { dirname, extname, resolve } from 'node:path';

import { decodeText, parseJsonText } from '@testbench/types';
import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { findPluginsDir } from '../plugins/locate-plugin.js';
import { applyOverrides, overriddenPath } from './apply-overrides.js';
import type { ResolvedBenchmarkConfig } from './benchmark-config.js';
import { BENCHMARK } from './benchmark-type.js';
import { checkValues } from './check-values.js';
import { type Environment, expandEnvironment } from './expand-environment.js';
import { MAX_CONFIG_BYTES } from './limits.js';
import { isScript, loadScript, type ScriptLoader } from './load-script.js';
import { resolveConfig } from './parse-benchmark-config.js';
import { parseYaml, YamlError } from './parse-yaml.js';
import { readCappedFile } from './read-capped-file.js';
import { readSettingFiles } from './read-setting-files.js';
import { lineOfPath } from './source-lines.js';

/** Options for loading a configuration. */
export interface LoadConfigOptions {
  /** Values that override those of the file, see {@link applyOverrides}. @default none */
  readonly overrides?: readonly string[];
  /** The variables for `${env:NAME}` in a file of YAML or JSON. @default `process.env` */
  readonly env?: Environment;
  /** Runs configurations in TypeScript. @default Node itself, from 22.18 on */
  readonly scripts?: ScriptLoader;
  /** Called with the absolute path of every file before it is read, for watching. @default none */
  readonly onRead?: (file: string) => void;
}

const OPTIONS: OptionReaders<LoadConfigOptions> = {
  overrides: (node) => node.list().map((override) => override.text()),
  env: (node) => node.object() as Environment,
  scripts: (node) => node.implementation<ScriptLoader>('load'),
  onRead: (node) => node.callback(),
};

/** A configuration before it is checked, with its text if it is not a script. */
interface ConfigDocument {
  readonly value: unknown;
  readonly source?: string;
}

/**
 * Reads a benchmark's configuration from a file: `.json` is JSON; `.ts`, `.js` and the like are scripts whose default export is the configuration, or a function
 * that returns it; all other files are YAML 1.2.
 *
 * Relative paths in it start at the file's folder. In a plugin's `config`, `{ "$file": "rubric.yaml" }` stands for the content of that file. A file of YAML or JSON is UTF-8, with or without a byte order mark, of at most 512 KiB; `${env:NAME}` and
 * `${env:NAME:-otherwise}` in its texts stand for environment variables. A script runs with all rights of the program.
 *
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE` if the file, or a file named in `$file`, does not exist or cannot be read.
 * @throws {ConfigError} `CONFIG_INVALID` or `CONFIG_UNKNOWN_KEY`, with `file` and, except for scripts, `line`.
 */
export async function loadBenchmarkConfig(
  path: string,
  given?: LoadConfigOptions,
): Promise<ResolvedBenchmarkConfig> {
  const options = readOptions<LoadConfigOptions>(given, OPTIONS);
  const overrides = options.overrides ?? [];
  options.onRead?.(resolve(path));
  const document = isScript(path)
    ? { value: await loadScript(path, options.scripts) }
    : await readDocument(path);
  const baseDirectory = dirname(resolve(path));
  let config: ResolvedBenchmarkConfig;
  try {
    checkValues(document.value);
    const changed = applyOverrides(document.value, overrides);
    if (overrides.length > 0) checkValues(changed);
    // A script can read the environment itself.
    const { value, whole } =
      document.source === undefined
        ? { value: changed, whole: new Set<string>() }
        : expandEnvironment(changed, options.env ?? process.env);
    const context = { baseDirectory, references: whole };
    const read = resolveConfig(BENCHMARK.read(new ConfigNode(value), context));
    config = await readSettingFiles(read, baseDirectory, options.onRead);
  } catch (error) {
    throw error instanceof ConfigError ? withPlace(error, path, document, overrides) : error;
  }
  const pluginsDir = config.pluginsDir ?? findPluginsDir(baseDirectory);
  return pluginsDir === undefined ? config : { ...config, pluginsDir };
}

async function readDocument(path: string): Promise<ConfigDocument> {
  const bytes = await readCappedFile(path, 'configuration', MAX_CONFIG_BYTES);
  const isJson = extname(path).toLowerCase() === '.json';
  try {
    const source = decodeText(bytes);
    if (source.trim() === '') throw new SyntaxError('it is empty');
    return { value: isJson ? parseJsonText(source) : parseYaml(source), source };
  } catch (cause) {
    const { message } = cause as Error;
    const isYaml = cause instanceof YamlError;
    const state = isYaml ? `not valid YAML (${message})` : message;
    throw new ConfigError(
      'CONFIG_INVALID',
      '',
      `Cannot read configuration ${JSON.stringify(path)}: ${state}`,
      {
        cause,
        file: path,
        ...(isYaml && cause.line !== undefined ? { line: cause.line } : {}),
      },
    );
  }
}

/** The same error, with the place to fix it. */
function withPlace(
  error: ConfigError,
  file: string,
  { source }: ConfigDocument,
  overrides: readonly string[],
): ConfigError {
  const { code, path, message } = error;
  if (message.startsWith('Cannot set ')) return error;
  const override = overrides.findLast((text) => {
    const set = overriddenPath(text);
    return isWithin(path, set) || (code === 'CONFIG_UNKNOWN_KEY' && isWithin(set, path));
  });
  if (override !== undefined) {
    const place = `${message} (set by ${JSON.stringify(override)})`;
    return new ConfigError(code, path, place, { cause: error });
  }
  const line = source === undefined ? undefined : lineOfPath(source, path);
  const place = `${line === undefined ? '' : `line ${line} of `}${JSON.stringify(file)}`;
  return new ConfigError(code, path, `${message} (${place})`, {
    cause: error,
    file,
    ...(line === undefined ? {} : { line }),
  });
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
