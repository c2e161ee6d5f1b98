import type { JSX } from 'preact';

/** A field for words to search for. */
export function SearchField({
  id,
  label,
  words,
  setWords,
}: {
  readonly id: string;
  readonly label: string;
  readonly words: string;
  readonly setWords: (words: string) => void;
}): JSX.Element {
  return (
    <div class="control wide">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={words}
        onInput={({ currentTarget }) => setWords(currentTarget.value)}
      />
    </div>
  );
}
