import type { Sample } from '../page/author-host.js';
import { GSM8K_RECIPE } from './gsm8k-recipe.js';

/** Question, right number, and the end of a model's answer. */
const ROWS: readonly (readonly [string, string, string])[] = [
  ['A box holds 12 eggs. How many eggs are in 7 boxes?', '84', '12 * 7 = 84\nA: 84'],
  [
    'Mia reads 25 pages a day. How many pages does she read in 60 days?',
    '1,500',
    '25 * 60\nA: 1500',
  ],
  ['A ticket costs $8. What do 15 tickets cost?', '120', '15 * 8 = 110\nA: 110'],
  ['Tom has 50 marbles and gives away 18. How many are left?', '32', '50 - 18 = 32\nA: 32 '],
  [
    'A train runs 90 km an hour. How far does it get in 4 hours?',
    '360',
    'A: 90\nNo, 90 * 4.\nA: 360',
  ],
  ['Half of 86 sheep are white. How many are not?', '43', 'Half of 86 is 43, so there are 43.'],
  ['A pack has 6 cans. How many packs are 1,200 cans?', '200', '1200 / 6 = 200\nA: 200'],
  ['Lena saves $15 a week. What has she after a year of 52 weeks?', '780', '15 * 52 = 780\nA: 780'],
  ['A field is 40 m by 25 m. What is its area?', '1,000', '40 * 25 = 1000\nA: 1,000'],
  ['Three friends share 51 cards. How many does each get?', '17', '51 / 3 = 16\nA: 16'],
];

/** A few built-in questions, so that the page has something to show. */
export const ARITHMETIC: Sample = {
  name: 'Arithmetic (10 answers)',
  records: ROWS.map(([question, answer, output]) => ({
    question,
    ground_truth: `The result is ${answer}.\nA: ${answer}`,
    output,
  })),
  recipe: GSM8K_RECIPE,
};
