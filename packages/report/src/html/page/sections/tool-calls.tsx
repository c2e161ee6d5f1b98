import type { ResultRow } from '@testbench/bench/results';
import type { JSX } from 'preact';

import { LongText, Name } from '../visible-text.js';

/** Tool calls requested by a model, with their arguments as it wrote them. */
export function ToolCalls({
  calls,
}: {
  readonly calls: NonNullable<ResultRow['toolCalls']>;
}): JSX.Element {
  return (
    <section class="tool-calls">
      <h4>Tool calls</h4>
      <ol>
        {calls.map(({ id, name, arguments: given }, index) => (
          <li key={index}>
            <p>
              <strong>
                <Name text={name} />
              </strong>
              {id !== undefined && (
                <small>
                  {' '}
                  <Name text={id} />
                </small>
              )}
            </p>
            {given !== '' && (
              <LongText text={given} label={`arguments of tool call ${index + 1}`} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
