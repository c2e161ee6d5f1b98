import type { ConfigNode } from '@testbench/types/config';

import { MAX_SOURCE_CHARACTERS } from '../limits.js';
import { isPluginName } from '../recipe/project-files.js';

/** What the page asks to save. */
export interface SaveOrder {
  readonly name: string;
  /** One line; empty for none. */
  readonly description: string;
  readonly source: string;
  readonly overwrite: boolean;
  readonly example?: { readonly input: unknown; readonly output: unknown };
}

/** Maximum characters of a description: it is one sentence. */
const MAX_DESCRIPTION = 200;
/** Maximum characters of an example as JSON: it becomes a line of a test. */
const MAX_EXAMPLE = 100_000;

/** Reads the body of a request. @throws {ConfigError} For a field that is unknown, missing or invalid. */
export function readSaveOrder(body: ConfigNode): SaveOrder {
  const fields = body.fields(['name', 'description', 'source', 'overwrite', 'example']);
  const name = fields.required('name');
  if (!isPluginName(name.text())) {
    name.reject('a name of up to 64 of a-z, 0-9, ".", "_" and "-"');
  }
  const source = fields.required('source');
  if (source.text().length > MAX_SOURCE_CHARACTERS) {
    source.reject(`a text of up to ${MAX_SOURCE_CHARACTERS} characters`);
  }
  const example = fields.optional('example');
  return {
    name: name.text(),
    description: readDescription(fields.optional('description')),
    source: source.text(),
    overwrite: fields.optional('overwrite')?.boolean() ?? false,
    ...(example && { example: readExample(example) }),
  };
}

function readDescription(node: ConfigNode | undefined): string {
  if (node === undefined || node.value === '') return '';
  const text = node.text();
  // It is written to Markdown and package.json: a separate line could become a heading or a link.
  // oxlint-disable-next-line no-control-regex -- it is what is looked for
  const isPlain = !/[\u0000-\u001F\u007F\u2028\u2029]/.test(text);
  if (text.length > MAX_DESCRIPTION || !isPlain) {
    node.reject(`one line of up to ${MAX_DESCRIPTION} characters`);
  }
  return text;
}

function readExample(node: ConfigNode): { readonly input: unknown; readonly output: unknown } {
  const fields = node.fields(['data', 'result']);
  const example = {
    input: fields.required('data').object(),
    output: fields.required('result').object(),
  };
  if (JSON.stringify(example).length > MAX_EXAMPLE) {
    node.reject(`an example of up to ${MAX_EXAMPLE} characters`);
  }
  return example;
}
