import { PLUGIN_TYPES, type PluginType } from '@testbench/types';

import { TEMPLATE_LANGUAGES, type TemplateLanguage } from './template-language.js';

/** Asks questions and returns the answers. It throws if the user cancels. */
export interface Prompt {
  /** @returns A text that is not empty. */
  text(message: string): Promise<string>;
  /** @returns One of the values; the first one is suggested. */
  select(message: string, values: readonly string[]): Promise<string>;
}

/** The choices already given. */
interface Choices {
  readonly directory?: string | undefined;
  readonly type?: string | undefined;
  readonly language?: string | undefined;
}

/**
 * Asks for the choices that were not given.
 *
 * @param prompt Left out if there is no terminal: then the first type and language are used.
 * @returns `directory` stays undefined if it was not given and there is no prompt. Given values are not checked.
 */
export async function askChoices(
  given: Choices,
  prompt?: Prompt,
): Promise<{ directory: string | undefined; type: PluginType; language: TemplateLanguage }> {
  const directory = given.directory ?? (await prompt?.text('Name of the plugin'))?.trim();
  const choose = async (message: string, values: readonly string[]): Promise<string> =>
    (await prompt?.select(message, values)) ?? values[0]!;
  const type = given.type ?? (await choose('Type', PLUGIN_TYPES));
  const language = given.language ?? (await choose('Language', TEMPLATE_LANGUAGES));
  return { directory, type: type as PluginType, language: language as TemplateLanguage };
}
