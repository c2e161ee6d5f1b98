import type { PluginType } from '@testbench/types';

/** The behaviour of a new project's plugin, the same in every language. */
export interface Showcase {
  readonly description: string;
  /** An input, and the output that the project's test expects. */
  readonly input: unknown;
  readonly output: unknown;
  /** An input that it refuses. */
  readonly refused: unknown;
}

/** One plugin for each type: small enough to replace, and large enough to show how input is read and output is written. */
export const SHOWCASES: Readonly<Record<PluginType, Showcase>> = {
  evaluator: {
    description: 'Scores an answer by the share of keywords in it',
    input: { output: 'red and green', expected: ['red', 'blue'] },
    output: { score: 0.5, metrics: { found: 1 } },
    refused: { output: 'red' },
  },
  provider: {
    description: 'Answers every prompt with the prompt itself',
    input: { model: 'echo', prompt: 'Hello' },
    output: { text: 'Hello', model: 'echo', finish_reason: 'stop' },
    refused: { prompt: 'Hello' },
  },
  transform: {
    description: 'Takes the first line of a text',
    input: 'Paris\nbecause it is the capital',
    output: 'Paris',
    refused: 5,
  },
  filter: {
    description: 'Drops items that have no text',
    input: { items: [{ text: 'one' }, { text: '' }, { id: 3 }] },
    output: {
      items: [{ text: 'one' }],
      dropped: [
        { index: 1, reason: 'no text' },
        { index: 2, reason: 'no text' },
      ],
    },
    refused: { items: 'none' },
  },
  custom: {
    description: 'Counts the words of a text',
    input: { text: 'three short words' },
    output: { words: 3 },
    refused: { words: 3 },
  },
};
