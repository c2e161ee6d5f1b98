import type { ResultRow } from '@testbench/bench/results';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { formatCount } from '../../../text/format-numbers.js';
import { Name } from '../visible-text.js';

/** Hex digits of a digest that are shown. */
const DIGEST_DIGITS = 12;

/** Raster images. SVG is a document, which may have scripts. */
const SHOWN: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** An image, or nothing if there is none: a run does not keep all of them. */
function ShownImage({
  source,
  field,
}: {
  readonly source: string;
  readonly field: string;
}): JSX.Element | null {
  const [isMissing, setMissing] = useState(false);
  if (isMissing) return null;
  return <img src={source} alt={`attachment ${field}`} onError={() => setMissing(true)} />;
}

/** Files of a record: images that the run kept are shown, of everything else the facts. */
export function Attachments({
  files,
  imageOf,
}: {
  readonly files: NonNullable<ResultRow['attachments']>;
  readonly imageOf: (digest: string) => string | undefined;
}): JSX.Element {
  return (
    <section class="attachments">
      <h3>Attachments</h3>
      <ul>
        {files.map(({ field, mediaType, bytes, digest }, index) => {
          const source = SHOWN.has(mediaType) ? imageOf(digest) : undefined;
          return (
            <li key={index}>
              {source !== undefined && <ShownImage source={source} field={field} />}
              <p>
                <strong>
                  <Name text={field} />
                </strong>{' '}
                <small>
                  <Name text={mediaType} />, {formatCount(bytes)} bytes,{' '}
                  <code>{digest.slice(0, 'sha256:'.length + DIGEST_DIGITS)}</code>
                </small>
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
