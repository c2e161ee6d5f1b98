import type { ChatMessage } from '@testbench/types';

import type { PromptMessage } from '../config/benchmark-config.js';
import { parseTemplate, type TemplateNode } from './parse-template.js';
import { renderTemplate } from './render-template.js';

/** The text of a prompt, as kept in a plan. With neither, a record is sent unchanged. */
export interface PromptSource {
  readonly template?: string;
  readonly messages?: readonly PromptMessage[];
  /** Further fields of the provider's input. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** The parts of a record that a prompt can use. */
export interface PromptRecord {
  /** The whole row of the data set. */
  readonly row: Readonly<Record<string, unknown>>;
  /** The question. */
  readonly input?: string | undefined;
  /** The conversation, if the data set has one. */
  readonly messages?: readonly ChatMessage[] | undefined;
}

/** The input of a provider: one of the two. */
export type PromptContent =
  | { readonly prompt: string }
  | { readonly messages: readonly ChatMessage[] };

/** The question asked about a record. */
export class Prompt {
  readonly name: string;
  readonly source: PromptSource;
  readonly #template: readonly TemplateNode[] | undefined;
  readonly #messages:
    | readonly { readonly role: string; readonly content: readonly TemplateNode[] }[]
    | undefined;

  /** @throws {TemplateError} A template is invalid. */
  constructor(name: string, source: PromptSource) {
    const { template, messages } = source;
    this.name = name;
    this.source = source;
    this.#template = template === undefined ? undefined : parseTemplate(template);
    this.#messages = messages?.map(({ role, content }) => ({
      role,
      content: parseTemplate(content),
    }));
  }

  /**
   * Fills in a record. A template can use the record's fields by name and, unless a field has the same name, `input` (the question, wherever the
   * record has it), `messages`, and `record` (the whole row).
   *
   * @throws {TemplateError} The record lacks a field; the message lists those that it has.
   */
  render(record: PromptRecord): PromptContent {
    if (this.#template === undefined && this.#messages === undefined) {
      const { messages, input = '' } = record;
      return messages === undefined ? { prompt: input } : { messages };
    }
    const data = dataOf(record);
    if (this.#template !== undefined) return { prompt: renderTemplate(this.#template, data) };
    const messages = (this.#messages ?? []).map(({ role, content }) => ({
      role,
      content: renderTemplate(content, data),
    }));
    return { messages };
  }
}

function dataOf({ row, input, messages }: PromptRecord): Record<string, unknown> {
  return {
    ...(input === undefined ? {} : { input }),
    ...(messages === undefined ? {} : { messages }),
    record: row,
    ...row,
  };
}
