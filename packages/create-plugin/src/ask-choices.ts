import { PLUGIN_TYPES, type PluginType } from '@testbench/types';

import { TEMPLATE_LANGUAGES, type TemplateLanguage } from './template-language.js';

/** Asks somebody a question and gives the answer; an empty one stands for the suggestion. */
export type Prompt = (question: string) => Promise<string>;

/** What was given already. */
interface Choices {
  readonly directory?: string | undefined;
  readonly type?: string | undefined;
  readonly language?: string | undefined;
}

/**
 * Asks for whatever was not given, and asks again after an answer that makes no sense.
 *
 * @param prompt Left out if nobody is there to answer: then the first type and language are taken.
 * @returns `directory` stays undefined if it was not given and nobody can be asked. What was given is not checked.
 */
export async function askChoices(
  given: Choices,
  prompt?: Prompt,
): Promise<{ directory: string | undefined; type: PluginType; language: TemplateLanguage }> {
  const directory = given.directory ?? (await askName(prompt));
  const type = given.type ?? (await choose('Type', PLUGIN_TYPES, prompt));
  const language = given.language ?? (await choose('Language', TEMPLATE_LANGUAGES, prompt));
  return { directory, type: type as PluginType, language: language as TemplateLanguage };
}

async function askName(prompt: Prompt | undefined): Promise<string | undefined> {
  if (prompt === undefined) return undefined;
  for (;;) {
    const name = (await prompt('Name of the plugin: ')).trim();
    if (name !== '') return name;
  }
}

async function choose(
  what: string,
  values: readonly string[],
  prompt: Prompt | undefined,
): Promise<string> {
  if (prompt === undefined) return values[0]!;
  for (;;) {
    const answer = (await prompt(`${what} (${values.join(', ')}) [${values[0]}]: `)).trim();
    if (answer === '') return values[0]!;
    const matching = values.filter((value) => value.startsWith(answer.toLowerCase()));
    if (matching.length === 1) return matching[0]!;
  }
}
