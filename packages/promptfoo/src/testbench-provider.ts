import { readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { PLUGIN_USE, pluginFor, type PluginUse } from './plugin-pool.js';

/** How a provider plugin answers for promptfoo. */
export interface ProviderOptions extends PluginUse {
  /** Name of the model, handed to the plugin. */
  readonly model: string;
  /** Further fields of the plugin's input, such as `temperature`. @default {} */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** What promptfoo hands to the constructor of a provider. */
export interface ProviderArguments {
  readonly id?: string | undefined;
  /** The `config` of the provider in promptfoo's configuration. */
  readonly config?: unknown;
}

/** What promptfoo expects of a provider's call. */
export interface ProviderResponse {
  readonly output?: string;
  /** Why there is no output. */
  readonly error?: string;
  readonly tokenUsage?: {
    readonly total: number;
    readonly prompt: number;
    readonly completion: number;
  };
  readonly finishReason?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly text: string;
  readonly finish_reason?: string;
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number };
  readonly tool_calls?: unknown;
}

/**
 * A provider of promptfoo that answers with a provider plugin: the class that promptfoo makes of a `file://` module.
 *
 * @example
 * ```ts no-run
 * import { TestbenchProvider } from '@testbench/promptfoo';
 *
 * const provider = new TestbenchProvider({ config: { plugin: 'echo', model: 'any' } });
 * console.log(provider.id(), await provider.callApi('Hello'));
 * ```
 */
export class TestbenchProvider {
  readonly #options: ProviderOptions;
  readonly #id: string;
  readonly #folder: string;

  /** @throws {ConfigError} The configuration is wrong. */
  constructor({ id, config }: ProviderArguments) {
    // promptfoo adds the folder of its configuration: paths in it start there.
    const [given, folder] = takeFolder(config);
    this.#folder = folder;
    this.#options = readOptions<ProviderOptions>(
      given,
      {
        ...PLUGIN_USE,
        model: (node) => node.text(),
        parameters: (node) => node.object(),
      },
      '',
      ['plugin', 'model'],
    );
    this.#id = id ?? `testbench:${this.#options.plugin}:${this.#options.model}`;
  }

  /** The name in promptfoo's results. */
  id(): string {
    return this.#id;
  }

  /** Asks the plugin. A failed call is a response with an `error`, as promptfoo expects it. */
  async callApi(prompt: string): Promise<ProviderResponse> {
    const { model, parameters = {}, ...use } = this.#options;
    try {
      const plugin = await pluginFor(use, this.#folder);
      const { data } = await plugin.execute({ ...parameters, ...questionOf(prompt), model });
      return responseOf(data as Answer);
    } catch (error) {
      if (!PluginError.is(error)) throw error;
      return { error: `${error.code}: ${error.message}` };
    }
  }
}

/** promptfoo hands conversations over as JSON. */
function questionOf(prompt: string): object {
  if (!/^\s*\[/.test(prompt)) return { prompt };
  try {
    const messages: unknown = JSON.parse(prompt);
    const isMessage = (each: unknown): boolean =>
      typeof each === 'object' && each !== null && 'role' in each && 'content' in each;
    if (Array.isArray(messages) && messages.length > 0 && messages.every(isMessage)) {
      return { messages };
    }
  } catch {
    // A text that begins like JSON.
  }
  return { prompt };
}

function responseOf({ text, finish_reason, usage, tool_calls }: Answer): ProviderResponse {
  const { prompt_tokens: prompt = 0, completion_tokens: completion = 0 } = usage ?? {};
  return {
    output: text,
    ...(usage === undefined
      ? {}
      : { tokenUsage: { total: prompt + completion, prompt, completion } }),
    ...(finish_reason === undefined ? {} : { finishReason: finish_reason }),
    ...(tool_calls === undefined ? {} : { metadata: { toolCalls: tool_calls } }),
  };
}

/** A configuration without the folder that promptfoo adds, and that folder. */
function takeFolder(config: unknown): [given: unknown, folder: string] {
  if (typeof config !== 'object' || config === null || !Object.hasOwn(config, 'basePath')) {
    return [config, ''];
  }
  const { basePath, ...given } = config as { readonly basePath: unknown };
  return [given, typeof basePath === 'string' ? basePath : ''];
}
