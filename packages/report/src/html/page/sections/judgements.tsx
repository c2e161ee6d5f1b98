import type { ScoreDetails } from '@testbench/bench/results';
import type { JSX } from 'preact';

import { formatScore } from '../format.js';
import { LongText, Name } from '../visible-text.js';

/** The verdict of each judge, and its reason. */
export function Judgements({
  judgements,
}: {
  readonly judgements: NonNullable<ScoreDetails['judgements']>;
}): JSX.Element {
  return (
    <details>
      <summary>
        {judgements.length} {judgements.length === 1 ? 'judgement' : 'judgements'}
      </summary>
      <ol>
        {judgements.map(({ judge, order, score, choice, reason, problem, reply }, index) => (
          <li key={index}>
            <p>
              <Name text={judge} />
              {order !== undefined &&
                ` (${order === 'answer_first' ? 'answer first' : 'other first'})`}
              :{' '}
              <strong>
                {choice === undefined ? formatScore(score ?? null) : <Name text={choice} />}
              </strong>
              {problem !== undefined && (
                <>
                  {' '}
                  <Name text={problem} />
                </>
              )}
            </p>
            {reason !== undefined && (
              <LongText text={reason} label={`reason of judgement ${index + 1}`} />
            )}
            {reply !== undefined && (
              <LongText text={reply} label={`reply of judgement ${index + 1}`} />
            )}
          </li>
        ))}
      </ol>
    </details>
  );
}
