import type { JSX } from 'preact';

import { Name } from '../visible-text.js';
import type { View } from '../view.js';

/** A system's name with its colour. */
export function SystemName({
  view,
  system,
}: {
  readonly view: View;
  readonly system: number;
}): JSX.Element {
  return (
    <>
      <span class={`key series-${system % 6}`} aria-hidden="true" />
      <Name text={view.names[system]!} />
    </>
  );
}
