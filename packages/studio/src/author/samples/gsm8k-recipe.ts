import { FRESH_CHECK, FRESH_RECIPE, type Recipe, type Step } from '../recipe/recipe.js';

const FINAL_ANSWER: readonly Step[] = [
  { kind: 'after', marker: 'A: ', which: 'last' },
  { kind: 'line', which: 'first' },
  { kind: 'remove', marker: ',' },
  { kind: 'trim' },
];

/** Checks whether the answer after the last `A: ` is right: grade-school mathematics, as its authors score it. */
export const GSM8K_RECIPE: Recipe = {
  ...FRESH_RECIPE,
  name: 'final-answer',
  description: 'Compares what follows the last "A: " in both texts',
  checks: [
    {
      ...FRESH_CHECK,
      left: { ...FRESH_CHECK.left, steps: FINAL_ANSWER },
      right: { ...FRESH_CHECK.right, steps: FINAL_ANSWER },
    },
  ],
};
