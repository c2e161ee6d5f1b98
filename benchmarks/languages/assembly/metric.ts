import { Evaluation, Evaluator, EvaluatorInput, plugin } from '@testbench/plugins-sdk';

/** Levenshtein distance over code points, and F1 over words between white space. */
@plugin({ name: 'compared' })
export class Compared extends Evaluator {
  evaluate(input: EvaluatorInput): Evaluation {
    const expected = input.references[0];
    return new Evaluation(f1(words(input.output), words(expected))).metric(
      'distance',
      distance(points(input.output), points(expected)),
    );
  }
}

function points(text: string): i32[] {
  const found: i32[] = [];
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at);
    if (point > 0xffff) at++;
    found.push(point);
  }
  return found;
}

function distance(a: i32[], b: i32[]): i32 {
  const row: i32[] = [];
  for (let column = 0; column <= b.length; column++) row.push(column);
  for (let line = 0; line < a.length; line++) {
    let diagonal = row[0];
    row[0] = line + 1;
    for (let column = 0; column < b.length; column++) {
      const changed = diagonal + (a[line] == b[column] ? 0 : 1);
      diagonal = row[column + 1];
      row[column + 1] = min(changed, min(diagonal, row[column]) + 1);
    }
  }
  return row[b.length];
}

function words(text: string): string[] {
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const isSpace =
      at == text.length ||
      text.charCodeAt(at) == 32 ||
      (text.charCodeAt(at) >= 9 && text.charCodeAt(at) <= 13);
    if (!isSpace) continue;
    if (at > start) found.push(text.substring(start, at));
    start = at + 1;
  }
  return found;
}

function f1(output: string[], expected: string[]): f64 {
  const all = output.length + expected.length;
  if (all == 0) return 1;
  const counts = new Map<string, i32>();
  for (let index = 0; index < expected.length; index++) {
    const word = expected[index];
    counts.set(word, (counts.has(word) ? counts.get(word) : 0) + 1);
  }
  let common = 0;
  for (let index = 0; index < output.length; index++) {
    const word = output[index];
    const left = counts.has(word) ? counts.get(word) : 0;
    if (left == 0) continue;
    counts.set(word, left - 1);
    common++;
  }
  return (2.0 * f64(common)) / f64(all);
}
