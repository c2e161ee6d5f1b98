import { Name } from '@testbench/report/components';
import type { JSX } from 'preact';

/** Something is being loaded. */
export function Waiting({ what }: { readonly what: string }): JSX.Element {
  return (
    <p class="muted" role="status">
      Loading {what}…
    </p>
  );
}

/** Something went wrong. */
export function Problem({ error }: { readonly error: Error }): JSX.Element {
  return (
    <p class="notice" role="alert">
      <Name text={error.message} />
    </p>
  );
}
