import { makePng } from '@testbench/test-kit/png';

import { attach, type CallAttachment } from '../attach.js';

/** English prose with this many characters, the same every time. */
function prose(seed: number, length: number): string {
  const words =
    'the cat sat on a mat while seven small birds were singing in green trees near that old river and nobody came to see them today'.split(
      ' ',
    );
  let state = seed;
  let text = '';
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += words[state % words.length] + (state % 11 === 0 ? '. ' : ' ');
  }
  return `${text.slice(0, length - 1)}.`;
}

const output = prose(1, 1000);
/** The answer with every seventh word replaced. */
const expected = output
  .split(' ')
  .map((word, index) => (index % 7 === 3 ? 'tall' : word))
  .join(' ');

const numbers = (count: number, value: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => value(index));

const calls = (city: string): object[] =>
  Array.from({ length: 10 }, (_, index) => ({
    name: 'weather',
    arguments: {
      city: `${city} ${index}`,
      days: index,
      unit: 'celsius',
      note: prose(index + 1, 30),
    },
  }));

const list = (seed: number): string[] =>
  Array.from({ length: 20 }, (_, index) => prose(seed + index, 50));

const items = Array.from({ length: 10 }, (_, index) => ({
  id: index,
  output: prose(index + 1, 80),
  score: index / 10,
}));

/** The input for measuring a plugin's fuel, and its configuration: about 1 kB of data, which is 1,000 characters per side if there are two. */
export interface FuelInput {
  readonly data: unknown;
  readonly attachments?: readonly CallAttachment[];
  readonly config?: object;
}

/** Two gray images of 32 x 32 pixels: 1,024 bytes each. */
const images = attach({
  one: makePng({ width: 32, height: 32, channels: 1, at: (x, y) => (x * 7 + y * 3) % 256 }),
  other: makePng({
    width: 32,
    height: 32,
    channels: 1,
    at: (x, y) => (x * 7 + y * 3 + (x % 3)) % 256,
  }),
});
const pictures: FuelInput = {
  data: { output: '', attachments: images.described },
  attachments: images.attachments,
};

const pair: FuelInput = { data: { output, expected } };

/** By plugin; for all others, an answer and a reference of 1,000 characters each. */
const SPECIAL: Readonly<Record<string, FuelInput>> = {
  anthropic: { data: { model: 'm', prompt: output } },
  'llm-judge': { data: { output }, config: { rubric: 'Right and short is 5.', model: 'm' } },
  gemini: { data: { model: 'm', prompt: output } },
  http: {
    data: { model: 'm', prompt: output },
    config: { body: { prompt: '{{prompt}}' }, answer: '$.text' },
  },
  'semantic-similarity': { data: pair.data, config: { provider: 'p', model: 'm' } },
  openai: { data: { model: 'm', prompt: output } },
  'answer-extractor': { data: { text: `${output}\nA: 18` } },
  calculator: { data: { arguments: { expression: '1+2*(3-4)/5^2'.repeat(70).slice(0, 988) } } },
  calibration: {
    data: {
      probs: numbers(60, (index) => (index % 50) / 50),
      labels: numbers(60, (index) => index % 2),
    },
  },
  chunk: { data: { text: output } },
  classification: {
    data: { output: 'spam', expected: 'ham' },
    config: { labels: ['spam', 'ham'] },
  },
  cosine: {
    data: {
      output_embedding: numbers(100, (index) => index / 100),
      expected_embedding: numbers(100, (index) => (99 - index) / 100),
    },
  },
  dedupe: { data: { items } },
  echo: { data: { model: 'm', prompt: output } },
  extract: { data: { text: `${output} 18` } },
  'image-info': pictures,
  'image-similarity': pictures,
  'json-diff': { data: { output: JSON.stringify(items), expected: items.toReversed() } },
  'json-schema': {
    data: { output: JSON.stringify(items) },
    config: { schema: { type: 'array', items: { type: 'object', required: ['id', 'output'] } } },
  },
  'json-validity': { data: { output: JSON.stringify(items) } },
  'list-contains': { data: { output: list(1), expected: list(5) } },
  'multiple-choice': { data: { logprobs: numbers(100, (index) => -1 - index / 7), gold: 3 } },
  'normalize-text': { data: { text: output } },
  'numeric-diff': { data: { output: '1,234.5', expected: 1200 } },
  'pass-at-k': { data: { n: 200, c: 50, k: 10 } },
  perplexity: { data: { logprobs: numbers(100, (index) => -index / 30), text: output } },
  pii: { data: { items } },
  readability: { data: { output } },
  'regex-match': { data: { output, expected }, config: { pattern: 'answer is \\(?([A-D])' } },
  replay: { data: { model: 'm', prompt: 'p', record: { answers: { m: output } } } },
  template: {
    data: { record: { question: output } },
    config: { template: 'Question: {{record.question}}\nAnswer:' },
  },
  'text-statistics': { data: output },
  threshold: { data: { items } },
  'tool-calls': { data: { tool_calls: calls('Rome'), expected: calls('Rome') } },
  'top-k': { data: { items } },
  trajectory: {
    data: { tool_calls: calls('Rome'), trajectory: { steps: 11, ended: 'answer', tool_calls: 10 } },
  },
  'word-list': { data: { items }, config: { words: ['secret', 'tree'] } },
};

/** The input with which the fuel of a plugin is measured. */
export function fuelInput(plugin: string): FuelInput {
  return SPECIAL[plugin] ?? pair;
}
