import { Name } from '@testbench/report/components';
import type { JSX } from 'preact';

import type { Loaded } from './use-loaded.js';

/** What to say of a value until it is loaded, and of an error. */
export function Loading({
  loaded: { value, error },
  what,
}: {
  readonly loaded: Loaded<unknown>;
  readonly what: string;
}): JSX.Element | null {
  if (error !== undefined) return <Problem error={error} />;
  if (value !== undefined) return null;
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

/** Why some of the contents of a page are missing. */
export function Notices({ texts }: { readonly texts: readonly string[] }): JSX.Element {
  return (
    <>
      {texts.map((text) => (
        <p key={text} class="notice">
          <Name text={text} />
        </p>
      ))}
    </>
  );
}

/** The scan of the project was cut off. */
export function CutNotice(): JSX.Element {
  return <p class="notice">The project has more than the studio looks at: open a part of it.</p>;
}
