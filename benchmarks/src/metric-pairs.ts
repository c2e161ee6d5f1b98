import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An answer and the expected one. */
export interface Pair {
  readonly output: string;
  readonly expected: string;
}

/** The pairs to measure, and where they come from. */
export interface Pairs {
  readonly source: string;
  readonly pairs: readonly Pair[];
}

const MODELS = ['6b_finetuning', '6b_verification', '175b_finetuning', '175b_verification'];
const shared =
  process.env['TESTBENCH_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));

/** Pairs of answers: from real models if available, otherwise generated. */
export function readPairs(count: number): Pairs {
  const path = join(shared, 'data/gsm8k_model_solutions.jsonl');
  if (!existsSync(path)) return { source: 'generated sentences', pairs: generatePairs(count) };
  const pairs: Pair[] = [];
  const rows = readFileSync(path, 'utf8').trim().split('\n');
  const records = rows.map((line): ReturnType<typeof JSON.parse> => JSON.parse(line));
  // First the models against the expected answers, then against each other.
  for (let distance = 0; distance < MODELS.length; distance += 1) {
    for (const record of records) {
      const answers = MODELS.map((model): string => record[model].solution);
      for (const [index, output] of answers.entries()) {
        const expected = distance === 0 ? record['ground_truth'] : answers[index + distance];
        if (expected !== undefined) pairs.push({ output, expected });
      }
    }
  }
  return { source: 'answers to GSM8K', pairs: pairs.slice(0, count) };
}

/** Sentences with words changed, moved and left out, from a generator with a fixed seed. */
function generatePairs(count: number): Pair[] {
  let state = 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    return state % limit;
  };
  const syllables = ['ba', 'co', 'di', 'fen', 'gor', 'hul', 'is', 'jan', 'ken', 'lu', 'mar', 'to'];
  const word = (): string =>
    Array.from({ length: 1 + below(3) }, () => syllables[below(syllables.length)]).join('');
  const vocabulary = Array.from({ length: 2000 }, word);
  const pick = (): string => vocabulary[Math.min(below(2000), below(2000))]!;
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 20 + below(50) }, pick);
    const changed = words.flatMap((text) => {
      const chance = below(10);
      return chance === 0 ? [] : chance === 1 ? [pick()] : chance === 2 ? [text, pick()] : [text];
    });
    const moved = changed.splice(below(changed.length), 4);
    changed.splice(below(changed.length + 1), 0, ...moved);
    return { output: `${changed.join(' ')}.`, expected: `${words.join(' ')}.` };
  });
}
