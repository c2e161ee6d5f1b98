import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Phrases that readers stumbled over, as regular expressions, with what to write instead. */
const PHRASES: readonly (readonly [phrase: string, instead: string])[] = [
  ['whoever', '"anyone who", "the caller", "the host": name who it is'],
  ['anew', '"again", "from scratch", or a verb with "re-"'],
  ['beside', '"next to" for a place, "besides" or "in addition to" for more of something'],
  ['whatever becomes', '"regardless of the outcome", "the outcome is ignored"'],
  ['what became of', '"the result of", "the outcome of"'],
  ["nobody's business|no business of", '"does not affect", "is not part of"'],
  ['for want of', '"for lack of"'],
  ['of (its|their) own accord', '"by itself", "automatically"'],
  ['hears of', '"is called for", "is notified of"'],
];

/** Lines of tracked files that may contain one of the phrases; one search for all, since each search reads every file. */
function candidates(): string[] {
  const pattern = PHRASES.map(([phrase]) => phrase).join('|');
  const paths = ['.', ':!pnpm-lock.yaml', ':!tests/plain-english.test.ts'];
  try {
    const found = execFileSync('git', ['grep', '-nIiE', pattern, '--', ...paths], { cwd: root });
    return found.toString().trim().split('\n');
  } catch (error) {
    // 1: no line contains any of them.
    if ((error as { status?: number }).status === 1) return [];
    throw error;
  }
}

describe('the prose of the repository is plain English', () => {
  const lines = candidates();
  it.each(PHRASES)('without "%s"', (phrase, instead) => {
    const words = new RegExp(`\\b(${phrase})\\b`, 'i');
    expect(
      lines.filter((line) => words.test(line)),
      `write ${instead}`,
    ).toEqual([]);
  });
});
