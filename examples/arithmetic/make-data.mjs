// Makes data.jsonl: word problems, and the answers of three made-up "models". Run: node make-data.mjs
// The same seed gives the same file, byte for byte; a test holds the committed file to that.
import { writeFileSync } from 'node:fs';

const SEED = 20_250_101;
const RECORDS = 300;

/** A small generator of uniform numbers in [0, 1): the same on every machine, which Math.random is not. */
function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const random = createRandom(SEED);
const between = (low, high) => low + Math.floor(random() * (high - low + 1));
const pick = (list) => list[between(0, list.length - 1)];

const PEOPLE = ['Ada', 'Ben', 'Chen', 'Dora', 'Emil', 'Fatima', 'Goran', 'Hana', 'Igor', 'Jun'];
const THINGS = [
  'apples',
  'pencils',
  'stickers',
  'marbles',
  'postcards',
  'eggs',
  'stamps',
  'tickets',
];

/**
 * The kinds of question. Each gives the text and its steps: a step is a sentence and what it computes;
 * a step that says `last` needs the value of the one before it.
 */
const KINDS = [
  () => {
    const [who, thing, have, more] = [pick(PEOPLE), pick(THINGS), between(5, 90), between(5, 90)];
    return {
      question: `${who} has ${have} ${thing} and gets ${more} more. How many ${thing} does ${who} have now?`,
      unit: thing,
      steps: [() => [`${have} + ${more}`, have + more]],
    };
  },
  () => {
    const [who, thing] = [pick(PEOPLE), pick(THINGS)];
    const [boxes, each, given] = [between(3, 12), between(4, 25), between(1, 10)];
    return {
      question: `${who} buys ${boxes} boxes with ${each} ${thing} each and gives ${given} ${thing} away. How many ${thing} are left?`,
      unit: thing,
      steps: [
        () => [`${boxes} * ${each}`, boxes * each],
        (last) => [`${last} - ${given}`, last - given],
      ],
    };
  },
  () => {
    const [hours, speed, rest] = [between(2, 9), between(40, 120), between(15, 95)];
    return {
      question: `A train runs for ${hours} hours at ${speed} km per hour and then goes another ${rest} km. How many kilometres does it go in all?`,
      unit: 'km',
      steps: [
        () => [`${hours} * ${speed}`, hours * speed],
        (last) => [`${last} + ${rest}`, last + rest],
      ],
    };
  },
  () => {
    const [who, friends, share, eaten] = [
      pick(PEOPLE),
      between(2, 9),
      between(3, 30),
      between(1, 9),
    ];
    const total = friends * share + eaten;
    return {
      question: `${who} has ${total} sweets, eats ${eaten} of them, and shares the rest equally among ${friends} friends. How many sweets does each friend get?`,
      unit: 'sweets',
      steps: [
        () => [`${total} - ${eaten}`, total - eaten],
        (last) => [`${last} / ${friends}`, Math.round(last / friends)],
      ],
    };
  },
  () => {
    const [who, thing] = [pick(PEOPLE), pick(THINGS)];
    const [perDay, days, price, costs] = [
      between(5, 40),
      between(5, 14),
      between(2, 9),
      between(10, 60),
    ];
    return {
      question: `${who} sells ${perDay} ${thing} a day for ${days} days at ${price} dollars each, and pays ${costs} dollars for the stand. How many dollars does ${who} earn?`,
      unit: 'dollars',
      steps: [
        () => [`${perDay} * ${days}`, perDay * days],
        (last) => [`${last} * ${price}`, last * price],
        (last) => [`${last} - ${costs}`, last - costs],
      ],
    };
  },
];

/** Works a problem step by step; `slip` says how often a step comes out wrong. */
function solve(steps, slip) {
  const lines = [];
  let value = 0;
  for (const step of steps) {
    const [expression, right] = step(value);
    value = random() < slip ? wrong(right) : right;
    lines.push(`${expression} = ${value}`);
  }
  return { lines, value };
}

/** The kinds of slip that people know: off by one, by ten, or two digits swapped. */
function wrong(value) {
  const kind = between(0, 2);
  if (kind === 0) return value + pick([-1, 1]);
  if (kind === 1) return value + pick([-10, 10]);
  const digits = String(Math.abs(value));
  const swapped = Number(digits.slice(0, -2) + digits.slice(-2).split('').toReversed().join(''));
  return swapped === Math.abs(value) ? value + 2 : swapped;
}

const withCommas = (value) => value.toLocaleString('en-US');

/** Each model: how it works, and how it talks. */
const MODELS = {
  // Careful; sometimes it names the unit, which a strict comparison does not forgive.
  'abacus-large': ({ steps, unit }) => {
    const { lines, value } = solve(steps, 0.06);
    const working = lines.map((line) => `So ${line}.`).join('\n');
    const named = random() < 0.3 ? ` ${unit}` : '';
    return `Let us go step by step.\n${working}\nA: ${withCommas(value)}${named}`;
  },
  // Slips more often, and now and then forgets to say its answer.
  'abacus-small': ({ steps }) => {
    const { lines, value } = solve(steps, 0.2);
    const end = random() < 0.05 ? 'That should be it.' : `A: ${value}`;
    return `${lines.join('\n')}\n${end}`;
  },
  // Says a number and nothing else; no working, so long problems go wrong.
  'quick-guess': ({ steps }) => {
    const { value } = solve(steps, 0.15 + 0.15 * steps.length);
    const text = random() < 0.15 ? `  ${value}. ` : `${value}`;
    return random() < 0.04 ? 'I am not sure.' : text;
  },
};

const lines = Array.from({ length: RECORDS }, (_, index) => {
  const { question, unit, steps } = KINDS[index % KINDS.length]();
  const expected = String(solve(steps, 0).value);
  const answers = Object.fromEntries(
    Object.entries(MODELS).map(([model, answer]) => [model, answer({ unit, steps })]),
  );
  return JSON.stringify({ question, expected, answers });
});

writeFileSync(new URL(process.argv[2] ?? 'data.jsonl', import.meta.url), `${lines.join('\n')}\n`);
