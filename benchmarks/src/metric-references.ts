/** Metrics in plain JavaScript, where npm has no package: what one would write by hand. */

type Counts = Map<string, number>;

function wordNgrams(words: readonly string[], order: number): Counts {
  const counts: Counts = new Map();
  for (let start = 0; start + order <= words.length; start += 1) {
    const key = order === 1 ? words[start]! : words.slice(start, start + order).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function characterNgrams(text: string, order: number): Counts {
  const counts: Counts = new Map();
  for (let start = 0; start + order <= text.length; start += 1) {
    const key = text.slice(start, start + order);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function overlap(a: Counts, b: Counts): number {
  let common = 0;
  for (const [key, count] of a) {
    const other = b.get(key);
    if (other !== undefined) common += Math.min(count, other);
  }
  return common;
}

const split = (text: string): string[] => text.trim().split(/\s+/);

/** chrF, 0 to 100, by UTF-16 units. */
export function chrf(output: string, expected: string): number {
  const given = output.replaceAll(/\s+/g, '');
  const wanted = expected.replaceAll(/\s+/g, '');
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let order = 1; order <= 6; order += 1) {
    const givenTotal = given.length - order + 1;
    const wantedTotal = wanted.length - order + 1;
    if (givenTotal <= 0 || wantedTotal <= 0) continue;
    const common = overlap(characterNgrams(given, order), characterNgrams(wanted, order));
    precision += common / givenTotal;
    recall += common / wantedTotal;
    orders += 1;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  return (500 * precision * recall) / (4 * precision + recall);
}

/** Google BLEU of words between white space. */
export function gleu(output: string, expected: string): number {
  const given = split(output);
  const wanted = split(expected);
  let common = 0;
  let total = 0;
  for (let order = 1; order <= 4; order += 1) {
    common += overlap(wordNgrams(given, order), wordNgrams(wanted, order));
    total += Math.max(0, Math.max(given.length, wanted.length) - order + 1);
  }
  return total === 0 ? 0 : common / total;
}

const normalize = (text: string): string[] =>
  text
    .toLowerCase()
    .replaceAll(/[!-/:-@[-`{-~]/g, '')
    .replaceAll(/\b(a|an|the)\b/g, ' ')
    .trim()
    .split(/\s+/);

/** Token F1 of SQuAD. */
export function tokenF1(output: string, expected: string): number {
  const given = normalize(output);
  const wanted = normalize(expected);
  const common = overlap(wordNgrams(given, 1), wordNgrams(wanted, 1));
  return (2 * common) / (given.length + wanted.length);
}
