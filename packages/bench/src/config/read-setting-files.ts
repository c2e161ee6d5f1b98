import { extname, resolve } from 'node:path';

import { decodeText, parseJsonText } from '@testbench/types';
import { ConfigError } from '@testbench/types/errors';

import type { PluginConfig, ResolvedBenchmarkConfig } from './benchmark-config.js';
import { MAX_CONFIG_BYTES } from './limits.js';
import { parseYaml } from './parse-yaml.js';
import { readCappedFile } from './read-capped-file.js';

const KEY = '$file';
const DOCUMENTS: ReadonlySet<string> = new Set(['.json', '.yaml', '.yml']);

/**
 * Puts the content of files into the settings of plugins: an object `{ $file: rubric.yaml }` in a plugin's `config` stands for the content of the
 * file, parsed if it is `.json`, `.yaml` or `.yml`, otherwise as text. Nothing is replaced within that content.
 *
 * @param baseDirectory Where relative paths start.
 * @param onRead Called with the path of each file.
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE`.
 * @throws {ConfigError} `CONFIG_INVALID`: the object has other keys too, or the file does not have the format that its name says.
 */
export async function readSettingFiles(
  config: ResolvedBenchmarkConfig,
  baseDirectory: string,
  onRead: (file: string) => void = () => {},
): Promise<ResolvedBenchmarkConfig> {
  const settings = { baseDirectory, onRead };
  const readAll = async <Use extends Pick<PluginConfig, 'config'>>(
    uses: readonly Use[],
    place: string,
  ): Promise<readonly Use[]> =>
    await Promise.all(
      uses.map(async (use, index) => {
        if (use.config === undefined) return use;
        const read = await fill(use.config, `${place}[${index}].config`, settings);
        return { ...use, config: read as Use['config'] };
      }),
    );
  const { tools, conversation } = config;
  const [user] = await readAll(
    conversation?.user === undefined ? [] : [conversation.user],
    'conversation.user',
  );
  return {
    ...config,
    ...(tools === undefined ? {} : { tools: await readAll(tools, 'tools') }),
    ...(user === undefined ? {} : { conversation: { ...conversation!, user } }),
    providers: await readAll(config.providers, 'providers'),
    transforms: await readAll(config.transforms, 'transforms'),
    evaluators: await readAll(config.evaluators, 'evaluators'),
    filters: await readAll(config.filters, 'filters'),
  };
}

/** Where the files are, and the callback for each. */
interface Settings {
  readonly baseDirectory: string;
  readonly onRead: (file: string) => void;
}

async function fill(value: unknown, path: string, settings: Settings): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => fill(item, `${path}[${index}]`, settings));
    return await Promise.all(items);
  }
  if (Object.hasOwn(value, KEY)) return await readFile(value, path, settings);
  const entries = Object.entries(value).map(
    async ([key, inner]) => [key, await fill(inner, `${path}.${key}`, settings)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function readFile(
  value: object,
  path: string,
  { baseDirectory, onRead }: Settings,
): Promise<unknown> {
  const refuse = (state: string, cause?: unknown): ConfigError =>
    new ConfigError('CONFIG_INVALID', path, `Cannot read "${path}": ${state}`, { cause });
  const { [KEY]: file } = value as Record<string, unknown>;
  if (typeof file !== 'string' || file === '' || file.includes('\0'))
    throw refuse(`"${KEY}" is no path`);
  if (Object.keys(value).length > 1) throw refuse(`"${KEY}" stands together with other keys`);
  const from = resolve(baseDirectory, file);
  onRead(from);
  const bytes = await readCappedFile(from, 'settings', MAX_CONFIG_BYTES);
  const extension = extname(file).toLowerCase();
  try {
    const text = decodeText(bytes);
    if (!DOCUMENTS.has(extension)) return text;
    return extension === '.json' ? parseJsonText(text) : parseYaml(text);
  } catch (cause) {
    throw refuse(`${JSON.stringify(file)}: ${(cause as Error).message}`, cause);
  }
}
