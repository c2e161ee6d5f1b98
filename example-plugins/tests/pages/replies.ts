import type { AskAnswer } from '@testbench/types/asking';

import type { Reply, SeenRequest } from '../fake-model-server.js';

/** The plugins that ask a model, and the secret that contains their key. */
export const SECRETS: Readonly<Record<string, string>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  gemini: 'GEMINI_API_KEY',
  'llm-judge': 'JUDGE_API_KEY',
  openai: 'OPENAI_API_KEY',
};

const GRADE = '{"score":5,"reason":"The answer does all that the rubric asks for."}';

const chat = (content: string): Reply => ({
  body: {
    model: 'gpt-4o-mini',
    choices: [{ message: { content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 2, total_tokens: 14 },
  },
});

/** The reply of the model server to the call on a plugin's page. */
export function replyOf(plugin: string): Reply | ((request: SeenRequest) => Reply) {
  if (plugin === 'openai') return chat('Paris.');
  if (plugin === 'gemini') {
    return {
      body: {
        candidates: [
          {
            content: { role: 'model', parts: [{ text: 'Paris.' }] },
            finishReason: 'STOP',
            index: 0,
          },
        ],
        usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 2, totalTokenCount: 14 },
        modelVersion: 'gemini-2.5-flash',
      },
    };
  }
  if (plugin === 'llm-judge') {
    return ({ text }) => chat(`${/the mark ([0-9a-f]{32})/.exec(text)?.[1] ?? ''} ${GRADE}`);
  }
  return {
    body: {
      type: 'message',
      role: 'assistant',
      model: 'claude-haiku-4-5',
      content: [{ type: 'text', text: 'Paris.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12, output_tokens: 2 },
    },
  };
}

/** The answers to the asks of plugins that are called without a server. */
export const ANSWERS: Readonly<Record<string, () => AskAnswer>> = {
  http: () => ({
    status: 200,
    url: 'https://api.example.com/generate',
    headers: {},
    body: JSON.stringify({ text: 'Paris.', usage: { in: 12, out: 2 } }),
  }),
  'semantic-similarity': () => ({ output: { embeddings: [VECTOR, VECTOR.toReversed()] } }),
};

/** As long as those of a small model. */
const VECTOR = Array.from({ length: 1024 }, (_, index) => Math.sin(index * index) / 20);

/** A judge's mark differs in each call. */
export function withoutMarks<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value).replace(/[0-9a-f]{32}/g, '<mark>')) as Value;
}
