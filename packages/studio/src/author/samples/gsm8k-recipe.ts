import type { Recipe, Step } from '../recipe/recipe.js';

const FINAL_ANSWER: readonly Step[] = [
  { kind: 'after', marker: 'A: ', which: 'last' },
  { kind: 'line', which: 'first' },
  { kind: 'remove', marker: ',' },
  { kind: 'trim' },
];

/** Checks whether the answer after the last `A: ` is right: grade-school mathematics, as its authors score it. */
export const GSM8K_RECIPE: Recipe = {
  name: 'final-answer',
  description: 'Compares what follows the last "A: " in both texts',
  checks: [
    {
      left: { origin: 'output', value: '', steps: FINAL_ANSWER },
      right: { origin: 'expected', value: '', steps: FINAL_ANSWER },
      comparison: 'equal',
      tolerance: 0,
      weight: 1,
      isNegated: false,
    },
  ],
  combination: 'mean',
  threshold: undefined,
};
