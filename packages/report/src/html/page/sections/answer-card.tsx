import type { CallFailure, ScoreDetails } from '@testbench/bench/results';
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

import { formatCount } from '../../../text/format-numbers.js';
import { formatCost, formatMs, formatScore } from '../format.js';
import { LongText, Name } from '../visible-text.js';
import type { View } from '../view.js';
import { WordDiff } from '../word-diff.js';
import { Judgements } from './judgements.js';
import { ToolCalls } from './tool-calls.js';
import { Transcript } from './transcript.js';
import { TryAnswer } from './try-answer.js';
import { expectedText, type FullRow } from '../full-row.js';

/** One answer: its text, the evaluators' results, its cost, and failures. */
export function AnswerCard({
  view,
  full,
  question,
}: {
  readonly view: View;
  readonly full: FullRow;
  /** Shown if the answers of a record are to different questions. */
  readonly question: ComponentChildren;
}): JSX.Element {
  const { row, texts } = full;
  const {
    output,
    answer,
    failure,
    errors = {},
    dropped,
    finishReason,
    toolCalls,
    transcript,
  } = texts;
  const hasEpochs = view.store.index.runs.some(({ plan }) => plan.epochs.count > 1);
  return (
    <section class={`card answer series-${row.system % 6}`}>
      <h3>
        <Name text={view.names[row.system]!} />
        {hasEpochs && <small> epoch {row.epoch}</small>}
        {row.passed !== undefined && (
          <span class={`tag ${row.passed ? 'right' : 'wrong'}`}>
            {row.passed ? 'passed' : 'not passed'}
          </span>
        )}
        {finishReason !== undefined && (
          <span class="tag">
            <Name text={finishReason} />
          </span>
        )}
      </h3>
      {question}
      {failure !== undefined && <Failure stage={failure.stage} failure={failure} />}
      {Object.entries(errors).map(([name, error]) => (
        <Failure key={name} stage={name} failure={error} />
      ))}
      {dropped !== undefined && (
        <p class="notice">
          A filter dropped it: <Name text={dropped.reason ?? 'without a reason'} />
        </p>
      )}
      {transcript !== undefined && <Transcript entries={transcript} row={texts} />}
      {output !== undefined && <Answer output={output} expected={expectedText(texts)} />}
      {toolCalls !== undefined && transcript === undefined && <ToolCalls calls={toolCalls} />}
      {answer !== undefined && (
        <details>
          <summary>Answer before it was transformed</summary>
          <LongText text={answer} label="answer before transforms" />
        </details>
      )}
      <Evaluations view={view} full={full} />
      <TryAnswer view={view} full={full} />
      <Measures full={full} />
    </section>
  );
}

function Answer({
  output,
  expected,
}: {
  readonly output: string;
  readonly expected: string | undefined;
}): JSX.Element {
  const [isDiff, setDiff] = useState(false);
  return (
    <>
      {expected !== undefined && expected !== output && (
        <label class="toggle">
          <input type="checkbox" checked={isDiff} onChange={() => setDiff(!isDiff)} /> difference
          from what was expected
        </label>
      )}
      {isDiff && expected !== undefined ? (
        <WordDiff expected={expected} answer={output} />
      ) : (
        <LongText text={output} label="answer" />
      )}
    </>
  );
}

function Failure({
  stage,
  failure,
}: {
  readonly stage: string;
  readonly failure: CallFailure;
}): JSX.Element {
  const { code, message, status, details } = failure;
  return (
    <div class="failure">
      <p>
        <strong>{code}</strong> in <Name text={stage} />
        {status !== undefined && ` (HTTP ${status})`}
      </p>
      <LongText text={message} label="error" />
      {details !== undefined && (
        <LongText text={JSON.stringify(details, undefined, 2)} label="details of the error" />
      )}
    </div>
  );
}

function Evaluations({ view, full }: { readonly view: View; readonly full: FullRow }): JSX.Element {
  const { row, texts } = full;
  const { evaluators } = view.store.index;
  return (
    <dl class="evaluations">
      {evaluators.map(({ name }, evaluator) => {
        const score = view.store.score(evaluator, row.number);
        const details = Object.hasOwn(texts.details ?? {}, name) ? texts.details![name] : undefined;
        if (score === null && details === undefined) return null;
        return (
          <div key={name}>
            <dt>
              <Name text={name} /> <strong>{formatScore(score)}</strong>
              {details?.confidence !== undefined && (
                <small> confidence {formatScore(details.confidence)}</small>
              )}
              {details?.selfJudged === true && (
                <>
                  {' '}
                  <span class="tag wrong">judged by the tested model itself</span>
                </>
              )}
            </dt>
            <dd>
              {details?.explanation !== undefined && (
                <LongText text={details.explanation} label={`explanation of ${name}`} />
              )}
              {details?.reply !== undefined && (
                <details>
                  <summary>Reply of the judge</summary>
                  <LongText text={details.reply} label={`reply of the judge of ${name}`} />
                </details>
              )}
              {details?.turns !== undefined && details.turns.length > 0 && (
                <TurnScores turns={details.turns} />
              )}
              {details?.judgements !== undefined && details.judgements.length > 0 && (
                <Judgements judgements={details.judgements} />
              )}
              {details?.metrics !== undefined && (
                <p class="metrics">
                  {Object.entries(details.metrics).map(([metric, value]) => (
                    <span key={metric}>
                      <Name text={metric} />{' '}
                      {Number.isInteger(value) ? formatCount(value) : value.toPrecision(4)}
                    </span>
                  ))}
                </p>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function TurnScores({
  turns,
}: {
  readonly turns: NonNullable<ScoreDetails['turns']>;
}): JSX.Element {
  return (
    <ol class="turns">
      {turns.map(({ turn, score, explanation }) => (
        <li key={turn} value={turn}>
          <strong>{formatScore(score)}</strong>
          {explanation !== undefined && (
            <LongText text={explanation} label={`explanation of turn ${turn}`} />
          )}
        </li>
      ))}
    </ol>
  );
}

function Measures({ full: { texts } }: { readonly full: FullRow }): JSX.Element | null {
  const { measured, usage, score } = texts;
  const pairs: [string, string][] = [];
  if (score !== undefined) pairs.push(['weighted score', formatScore(score)]);
  if (usage !== undefined) {
    pairs.push([
      'tokens',
      `${formatCount(usage.promptTokens)} in, ${formatCount(usage.completionTokens)} out`,
    ]);
  }
  if (measured !== undefined) {
    const { totalMs, firstTokenMs, queueMs, attempts, cached, cost, startedAt } = measured;
    if (totalMs !== undefined) pairs.push(['latency', formatMs(totalMs)]);
    if (firstTokenMs !== undefined) pairs.push(['first token', formatMs(firstTokenMs)]);
    if (queueMs !== undefined) pairs.push(['waited', formatMs(queueMs)]);
    if (attempts !== undefined && attempts > 1) pairs.push(['attempts', String(attempts)]);
    if (cost !== undefined) pairs.push(['cost', formatCost(cost)]);
    if (cached === true) pairs.push(['cache', 'kept answer']);
    if (startedAt !== undefined) pairs.push(['asked at', startedAt.replace('T', ' ').slice(0, 19)]);
    for (const [stage, fuel] of Object.entries(measured.fuel ?? {})) {
      pairs.push([`fuel of ${stage}`, formatCount(Math.round(fuel))]);
    }
    if (measured.user !== undefined) {
      const { totalMs: userMs, cost: userCost } = measured.user;
      pairs.push(['simulated user', `${formatMs(userMs)}, cost ${formatCost(userCost)}`]);
    }
    for (const [name, judge] of Object.entries(measured.judges ?? {})) {
      pairs.push([
        `judge of ${name}`,
        `${formatMs(judge.totalMs)}, cost ${formatCost(judge.cost)}`,
      ]);
    }
  }
  if (pairs.length === 0) return null;
  return (
    <dl class="pairs small">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>
            <Name text={name} />
          </dt>
          <dd>
            <Name text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
