import { extname } from 'node:path';

import { decodeText, parseJsonText } from '@testbench/types';
import { ConfigNode } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import type {
  PromptMessage,
  ResolvedBenchmarkConfig,
  ResolvedPromptConfig,
} from '../config/benchmark-config.js';
import { parseYaml, YamlError } from '../config/parse-yaml.js';
import { readCappedFile } from '../config/read-capped-file.js';
import { MESSAGES } from '../config/stage-types.js';
import { MAX_PROMPT_FILE_BYTES } from './limits.js';
import { TemplateError } from './parse-template.js';
import { Prompt, type PromptSource } from './prompt.js';

/**
 * Reads the prompts of a configuration, including those in files.
 *
 * A file is UTF-8 of at most 4 MiB. One that ends in `.json`, `.yaml` or `.yml` holds a list of messages, any other a template. A line feed at the
 * end of a template's file is ignored: editors add it.
 *
 * @returns One prompt for each of `config.prompts`, in their order.
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE` for a file that cannot be read.
 * @throws {ConfigError} `CONFIG_INVALID` for an invalid template or invalid messages.
 */
export async function loadPrompts(
  config: Pick<ResolvedBenchmarkConfig, 'prompts'>,
): Promise<readonly Prompt[]> {
  return await Promise.all(config.prompts.map((prompt, index) => loadPrompt(prompt, index)));
}

async function loadPrompt(prompt: ResolvedPromptConfig, index: number): Promise<Prompt> {
  const { name, file, template, messages, parameters } = prompt;
  const path = `prompts[${index}]`;
  const source: PromptSource =
    file !== undefined
      ? await readPromptFile(file, path)
      : {
          ...(template === undefined ? {} : { template }),
          ...(messages === undefined ? {} : { messages }),
        };
  try {
    return new Prompt(name, parameters === undefined ? source : { ...source, parameters });
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    const place = file === undefined ? `"${path}"` : `prompt ${JSON.stringify(file)}`;
    throw invalid(path, `Cannot read ${place}: ${cause.message}`, cause);
  }
}

async function readPromptFile(file: string, path: string): Promise<PromptSource> {
  const bytes = await readCappedFile(file, 'prompt', MAX_PROMPT_FILE_BYTES);
  const ending = extname(file).toLowerCase();
  try {
    const text = decodeText(bytes);
    if (text.trim() === '') throw new SyntaxError('it is empty');
    if (ending === '.json') return { messages: readMessages(parseJsonText(text), path) };
    if (ending === '.yaml' || ending === '.yml') {
      return { messages: readMessages(parseYaml(text), path) };
    }
    return { template: text.replace(/\r?\n$/, '') };
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const { message } = cause as Error;
    const state = cause instanceof YamlError ? `not valid YAML (${message})` : message;
    throw invalid(path, `Cannot read prompt ${JSON.stringify(file)}: ${state}`, cause);
  }
}

function readMessages(value: unknown, path: string): readonly PromptMessage[] {
  return MESSAGES.read(new ConfigNode(value, `${path}.file`), { baseDirectory: '' });
}

function invalid(path: string, message: string, cause: unknown): ConfigError {
  return new ConfigError('CONFIG_INVALID', path, message, { cause });
}
