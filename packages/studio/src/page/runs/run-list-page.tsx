import type { JSX } from 'preact';

/** The runs of the project. */
export function RunListPage(): JSX.Element {
  return <h1>Runs</h1>;
}
