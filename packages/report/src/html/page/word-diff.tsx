import { diffWordsWithSpace } from 'diff';
import type { JSX } from 'preact';

import { LongText, revealText } from './visible-text.js';

/** Longer texts are not compared: the cost grows with the product of their lengths. */
const MAX_CHARACTERS = 20_000;
const MAX_MS = 300;

/** An answer compared with the reference: missing and extra words. */
export function WordDiff({
  expected,
  answer,
}: {
  readonly expected: string;
  readonly answer: string;
}): JSX.Element {
  const changes =
    expected.length + answer.length > MAX_CHARACTERS
      ? undefined
      : diffWordsWithSpace(expected, answer, { timeout: MAX_MS });
  if (changes === undefined) {
    return (
      <>
        <p class="muted">The texts are too long to be compared word by word.</p>
        <LongText text={answer} label="answer" />
      </>
    );
  }
  return (
    <pre class="text diff" dir="auto" tabIndex={0} role="region" aria-label="difference">
      {changes.map(({ value, added, removed }, index) => {
        const text = revealText(value);
        if (added) return <ins key={index}>{text}</ins>;
        return removed ? <del key={index}>{text}</del> : <span key={index}>{text}</span>;
      })}
    </pre>
  );
}
