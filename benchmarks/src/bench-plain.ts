// oxlint-disable-next-line no-restricted-imports -- an error may end this program
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

interface Row {
  readonly id: string;
  readonly input: string;
  readonly expected: string;
  readonly answers: Readonly<Record<string, string>>;
}

/** Prepares texts like the SQuAD script. */
function words(text: string): string[] {
  const plain = text.toLowerCase().replaceAll(/[!-/:-@[-`{-~]/g, '');
  return plain
    .replaceAll(/\b(?:a|an|the)\b/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
}

function tokenF1(output: string, expected: string) {
  const given = words(output);
  const wanted = words(expected);
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    same += 1;
  }
  if (same === 0) return { score: 0, precision: 0, recall: 0 };
  const precision = same / given.length;
  const recall = same / wanted.length;
  return { score: (2 * precision * recall) / (precision + recall), precision, recall };
}

/**
 * What one would write instead of a bench: reads JSON Lines, extracts the answer from each record, scores it three times, and writes a row
 * with the same content. It resumes nothing, checks nothing, and trusts its metrics.
 *
 * @returns The means of the scores.
 */
export async function runPlainScript(
  data: string,
  results: string,
): Promise<Readonly<Record<string, number>>> {
  const sums = { 'exact-match': 0, 'token-f1': 0, contains: 0 };
  let index = 0;
  const out = createWriteStream(results);
  for await (const line of createInterface({
    input: createReadStream(data),
    crlfDelay: Infinity,
  })) {
    const { id, input, expected, answers } = JSON.parse(line) as Row;
    const output = answers['m']!;
    const exact = output === expected ? 1 : 0;
    const { score: f1, precision, recall } = tokenF1(output, expected);
    const contains = output.toLowerCase().includes(expected.toLowerCase()) ? 1 : 0;
    sums['exact-match'] += exact;
    sums['token-f1'] += f1;
    sums.contains += contains;
    const row = {
      index,
      id,
      line: index + 1,
      prompt: 'default',
      provider: 'replay',
      model: 'm',
      epoch: 1,
      input,
      expected,
      finishReason: 'stop',
      output,
      scores: { 'exact-match': exact, 'token-f1': f1, contains },
      score: (exact + f1 + contains) / 3,
      details: {
        'token-f1': { metrics: { precision, recall, exact } },
        contains: { metrics: { found: contains } },
      },
    };
    if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
    index += 1;
  }
  out.end();
  await once(out, 'finish');
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / index]));
}
