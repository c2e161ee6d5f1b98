import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

/** Characters of a text that are shown at first. */
const FIRST_CHARACTERS = 4_000;

// Control characters, and characters that reorder or hide text: shown as escapes.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;
const PLAIN = new Set(['\n', '\t', '\r', '\u200C', '\u200D']);

/** Untrusted text: it is never treated as markup, and nothing in it can hide or reverse the text next to it. */
export function revealText(text: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (PLAIN.has(character)) continue;
    parts.push(text.slice(end, index));
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    parts.push(
      <span class="hidden-character" key={index}>
        U+{code}
      </span>,
    );
    end = index + character.length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** A short inline text. */
export function Name({ text }: { readonly text: string }): JSX.Element {
  return <bdi>{revealText(text)}</bdi>;
}

/** A long text: its first part is shown until the reader asks for more. */
export function LongText({
  text,
  label,
}: {
  readonly text: string;
  /** Label for screen readers. */
  readonly label: string;
}): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > FIRST_CHARACTERS;
  const shown = isLong && !isWhole ? text.slice(0, FIRST_CHARACTERS) : text;
  if (text === '') return <p class="muted">empty</p>;
  return (
    <>
      <pre class="text" dir="auto" tabIndex={0} role="region" aria-label={label}>
        {revealText(shown)}
      </pre>
      {isLong && (
        <button type="button" onClick={() => setWhole(!isWhole)} aria-expanded={isWhole}>
          {isWhole ? 'Show less' : `Show all ${text.length.toLocaleString('en-US')} characters`}
        </button>
      )}
    </>
  );
}
