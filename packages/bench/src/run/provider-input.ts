import type { Sample } from '../dataset/selection/read-sample.js';
import { isObject } from '../is-object.js';
import type { PromptContent } from '../prompts/prompt.js';
import type { RunCase } from './run-cases.js';

type Fields = Readonly<Record<string, unknown>>;

/** The input of a provider: the parameters of model and prompt, what the record asks for, and the prompt. The later ones take precedence. */
export function providerInput(
  { row: record, schema }: Sample,
  { model, prompt }: Pick<RunCase, 'model' | 'prompt'>,
  asked: PromptContent,
): Fields {
  const parameters = { ...model.parameters, ...prompt.source.parameters };
  const format =
    schema === undefined
      ? {}
      : { response_format: formatOf(schema, parameters['response_format']) };
  return { ...parameters, ...format, model: model.name, ...asked, record };
}

/** True if all cases of a model have the same input besides the prompt and the record. */
export function haveSameParameters(
  prompts: readonly RunCase['prompt'][],
  fields: { readonly schema?: string },
): boolean {
  return (
    fields.schema === undefined && prompts.every(({ source }) => source.parameters === undefined)
  );
}

/** In the form of OpenAI, which the provider plugins convert. Name and strictness stay as they are configured. */
function formatOf(schema: Fields, configured: unknown): object {
  const settings = isObject(configured) ? configured['json_schema'] : undefined;
  return {
    type: 'json_schema',
    json_schema: { name: 'answer', ...(isObject(settings) ? settings : {}), schema },
  };
}
