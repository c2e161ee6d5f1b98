import type { JSX } from 'preact';

import { formatCount, formatItems } from '../../../text/format-numbers.js';
import { formatMs, shortDigest } from '../format.js';
import { Name } from '../visible-text.js';
import type { View } from '../view.js';

/** The subject of the page, and whether it shows all of it. */
export function PageHeader({ view }: { readonly view: View }): JSX.Element {
  const { index } = view.store;
  const { sample } = index;
  return (
    <header class="page-header">
      <p class="eyebrow">Testbench report</p>
      <h1>
        <Name text={index.title} />
      </h1>
      {index.runs.map(
        ({ run, digest, plan, records, isComplete, writtenAt, durationMs }, number) => (
          <p key={number} class="facts">
            {index.runs.length > 1 && <strong>Run {String.fromCharCode(65 + number)} </strong>}
            <span>
              <Name text={run} />
            </span>
            <span>{formatItems(records, 'record')}</span>
            <span>
              <time dateTime={writtenAt}>{writtenAt.slice(0, 16).replace('T', ' ')} UTC</time>
            </span>
            {durationMs !== undefined && <span>{formatMs(durationMs)}</span>}
            <span class="mono" title={digest}>
              plan {shortDigest(digest)}
            </span>
            {!isComplete && (
              <span class="warning">
                not complete: {formatCount(records)} of {formatCount(plan.dataset.records)} records
              </span>
            )}
          </p>
        ),
      )}
      {sample !== undefined && (
        <p class="notice" role="note">
          This page has {formatCount(sample.records)} of{' '}
          {formatItems(sample.totalRecords, 'record')}: {formatCount(sample.failedRecords)} of the{' '}
          {formatCount(sample.totalFailedRecords)} with a failure, and a sample of the others.
          Means, intervals and counts of the tables of scores are of all records; lists, charts of
          distributions, the matrix and the search are of these.
        </p>
      )}
    </header>
  );
}
