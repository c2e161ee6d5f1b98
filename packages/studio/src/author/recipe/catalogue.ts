import type { Comparison, Origin, Step, StepKind } from './recipe.js';

/** A field of a step's form. */
export interface StepField {
  readonly key: string;
  readonly label: string;
  readonly kind: 'text' | 'which' | 'flag' | 'number';
  readonly hint?: string;
}

/** A step that the builder offers. */
export interface StepOffer {
  readonly kind: StepKind;
  readonly name: string;
  readonly description: string;
  readonly fields: readonly StepField[];
  /** The initial state of a new step. */
  readonly fresh: Step;
}

const WHICH: StepField = { key: 'which', label: 'Which one', kind: 'which' };

/** All steps, in the order in which they are offered. */
export const STEP_CATALOGUE: readonly StepOffer[] = [
  {
    kind: 'after',
    name: 'Keep what follows a text',
    description: 'The rest after the text; nothing if it does not occur.',
    fields: [{ key: 'marker', label: 'Text', kind: 'text', hint: 'A: ' }, WHICH],
    fresh: { kind: 'after', marker: '', which: 'last' },
  },
  {
    kind: 'before',
    name: 'Keep what precedes a text',
    description: 'The part before the text; nothing if it does not occur.',
    fields: [{ key: 'marker', label: 'Text', kind: 'text' }, WHICH],
    fresh: { kind: 'before', marker: '', which: 'first' },
  },
  {
    kind: 'line',
    name: 'Keep one line',
    description: 'The first or the last line that is not blank.',
    fields: [WHICH],
    fresh: { kind: 'line', which: 'first' },
  },
  {
    kind: 'regex',
    name: 'Extract with a regular expression',
    description: 'What the expression, or one of its groups, matches.',
    fields: [
      { key: 'pattern', label: 'Expression', kind: 'text', hint: '(\\d+)' },
      { key: 'group', label: 'Group (0 for all)', kind: 'number' },
      WHICH,
      { key: 'ignoreCase', label: 'Ignore case', kind: 'flag' },
    ],
    fresh: { kind: 'regex', pattern: '', group: 0, which: 'last', ignoreCase: false },
  },
  {
    kind: 'json',
    name: 'Extract from JSON',
    description: 'A value of the JSON that the text is or contains.',
    fields: [{ key: 'path', label: 'Path', kind: 'text', hint: '$.answer' }],
    fresh: { kind: 'json', path: '' },
  },
  {
    kind: 'number',
    name: 'Extract a number',
    description: 'The first or the last number, in plain digits.',
    fields: [WHICH],
    fresh: { kind: 'number', which: 'last' },
  },
  {
    kind: 'remove',
    name: 'Remove a text',
    description: 'Deletes every occurrence.',
    fields: [{ key: 'marker', label: 'Text', kind: 'text', hint: ',' }],
    fresh: { kind: 'remove', marker: '' },
  },
  {
    kind: 'replace',
    name: 'Replace a text',
    description: 'Replaces every occurrence.',
    fields: [
      { key: 'marker', label: 'Text', kind: 'text' },
      { key: 'replacement', label: 'Replacement', kind: 'text' },
    ],
    fresh: { kind: 'replace', marker: '', replacement: '' },
  },
  {
    kind: 'trim',
    name: 'Trim white space',
    description: 'Removes white space at both ends.',
    fields: [],
    fresh: { kind: 'trim' },
  },
  {
    kind: 'spaces',
    name: 'Collapse white space',
    description: 'One space for each stretch of white space.',
    fields: [],
    fresh: { kind: 'spaces' },
  },
  {
    kind: 'lower',
    name: 'Ignore case',
    description: 'Upper and lower case become the same.',
    fields: [],
    fresh: { kind: 'lower' },
  },
  {
    kind: 'punctuation',
    name: 'Remove punctuation',
    description: 'Deletes ASCII punctuation.',
    fields: [],
    fresh: { kind: 'punctuation' },
  },
  {
    kind: 'answer',
    name: 'Normalise an answer',
    description: 'Lower case, no punctuation, no articles, single spaces (SQuAD).',
    fields: [],
    fresh: { kind: 'answer' },
  },
];

/** The offer for a kind of step. */
export function offerOf(kind: StepKind): StepOffer {
  return STEP_CATALOGUE.find((offer) => offer.kind === kind)!;
}

export const ORIGINS: readonly (readonly [Origin, string])[] = [
  ['output', 'the answer'],
  ['expected', 'the expected answer'],
  ['input', 'the question'],
  ['field', 'another field'],
  ['text', 'a fixed text'],
];

export const COMPARISONS: readonly (readonly [Comparison, string])[] = [
  ['equal', 'is equal to'],
  ['contains', 'contains'],
  ['number', 'is the same number as'],
  ['similar', 'is similar to (0 to 1)'],
  ['found', 'is not empty'],
];
