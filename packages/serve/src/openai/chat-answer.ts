import { randomUUID } from 'node:crypto';

import type { ProviderResult } from '@testbench/types';
import { readToolCalls } from '@testbench/types/tools';

/** What is the same in all parts of an answer. */
export interface AnswerHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/** Names that other providers have for reasons to finish. */
const REASONS: Readonly<Record<string, string>> = {
  length: 'length',
  max_tokens: 'length',
  tool_calls: 'tool_calls',
  tool_use: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'content_filter',
};

/** The head of a new answer. @param model As the client named it. */
export function createHead(model: string): AnswerHead {
  const id = `chatcmpl-${randomUUID().replaceAll('-', '')}`;
  return { id, created: Math.floor(Date.now() / 1000), model };
}

/** A whole answer. */
export function toCompletion(head: AnswerHead, result: ProviderResult): object {
  const calls = toolCallsOf(result);
  return {
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: result.text === '' && calls !== undefined ? null : result.text,
          refusal: null,
          ...(calls && { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: reasonOf(result),
      },
    ],
    ...usageOf(result),
  };
}

/** A part of a streamed answer. */
export function toChunk(
  head: AnswerHead,
  delta: object,
  result?: ProviderResult,
): Record<string, unknown> {
  const reason = result === undefined ? null : reasonOf(result);
  return {
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
  };
}

/** The calls of tools of an answer, if the provider gave any, in OpenAI's form. */
export function toolCallsOf(result: ProviderResult): readonly object[] | undefined {
  return readToolCalls(result)?.map(({ id, name, arguments: input }, index) => ({
    id: id ?? `call_${index}`,
    type: 'function',
    function: { name, arguments: input },
  }));
}

/** The usage in OpenAI's names; empty if the provider gave none. */
export function usageOf({ usage }: ProviderResult): { readonly usage?: object } {
  if (usage === undefined) return {};
  const { prompt_tokens = 0, completion_tokens = 0 } = usage;
  const { total_tokens = prompt_tokens + completion_tokens } = usage;
  return { usage: { ...usage, prompt_tokens, completion_tokens, total_tokens } };
}

function reasonOf(result: ProviderResult): string {
  if (toolCallsOf(result) !== undefined) return 'tool_calls';
  return REASONS[result.finish_reason ?? ''] ?? 'stop';
}
