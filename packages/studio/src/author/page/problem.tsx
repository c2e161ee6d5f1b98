import type { JSX } from 'preact';

/** Says what went wrong; shows nothing for an empty text. */
export function Problem({ text }: { readonly text: string }): JSX.Element | null {
  if (text === '') return null;
  return (
    <p class="author-problem" role="alert">
      {text}
    </p>
  );
}
