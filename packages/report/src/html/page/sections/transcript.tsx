import type { ResultRow, TranscriptEntry } from '@testbench/bench/results';
import type { JSX } from 'preact';

import { formatCount } from '../../../text/format-numbers.js';
import { LongText, Name } from '../visible-text.js';

/** Why a case ended, in words. */
const ENDS: Readonly<Record<NonNullable<ResultRow['ended']>, string>> = {
  answer: 'answered',
  stop: 'ended by a stop text',
  'max-turns': 'limit of turns reached',
  'max-steps': 'limit of steps reached',
  'unanswered-call': 'called a tool that nothing answers',
};

/** What was said after the prompt: turns, calls of tools, and what they returned. All of it is text. */
export function Transcript({
  entries,
  row: { steps, turns, ended },
}: {
  readonly entries: readonly TranscriptEntry[];
  readonly row: Pick<ResultRow, 'steps' | 'turns' | 'ended'>;
}): JSX.Element {
  const facts = [
    steps !== undefined && `${formatCount(steps)} ${steps === 1 ? 'step' : 'steps'}`,
    turns !== undefined && `${formatCount(turns)} ${turns === 1 ? 'turn' : 'turns'}`,
    ended !== undefined && (ENDS[ended] ?? ended),
  ].filter((fact) => fact !== false);
  return (
    <details class="transcript" open>
      <summary>
        Transcript{' '}
        <small>
          <Name text={facts.join(', ')} />
        </small>
      </summary>
      <ol>
        {entries.map((entry, index) => (
          <li key={index} class={`entry entry-${entry.role}`}>
            <Entry entry={entry} number={index + 1} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function Entry({
  entry,
  number,
}: {
  readonly entry: TranscriptEntry;
  readonly number: number;
}): JSX.Element {
  const { role, content, toolCalls = [], name, error, fuel, simulated, toolCallId } = entry;
  return (
    <>
      <p class="speaker">
        <strong>{speaker(role, simulated === true)}</strong>
        {name !== undefined && (
          <>
            {' '}
            <Name text={name} />
          </>
        )}
        {toolCallId !== undefined && (
          <small>
            {' '}
            <Name text={toolCallId} />
          </small>
        )}
        {error !== undefined && (
          <>
            {' '}
            <span class="tag wrong">
              <Name text={error} />
            </span>
          </>
        )}
        {fuel !== undefined && <small> {formatCount(Math.round(fuel))} fuel</small>}
      </p>
      {(content !== '' || toolCalls.length === 0) && (
        <LongText text={content} label={`message ${number}, ${role}`} />
      )}
      {toolCalls.map((call, index) => (
        <div class="tool-call" key={index}>
          <p>
            calls{' '}
            <strong>
              <Name text={call.name} />
            </strong>
            {call.id !== undefined && (
              <small>
                {' '}
                <Name text={call.id} />
              </small>
            )}
          </p>
          {call.arguments !== '' && (
            <LongText
              text={call.arguments}
              label={`arguments of call ${index + 1} in message ${number}`}
            />
          )}
        </div>
      ))}
    </>
  );
}

function speaker(role: TranscriptEntry['role'], isSimulated: boolean): string {
  if (role === 'assistant') return 'Model';
  if (role === 'tool') return 'Tool';
  return isSimulated ? 'User (simulated)' : 'User';
}
