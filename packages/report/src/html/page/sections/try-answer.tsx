import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';

import { formatCount } from '../../../text/format-numbers.js';
import { formatScore } from '../format.js';
import { expectedText, type FullRow } from '../full-row.js';
import type { Rescored } from '../rescore-type.js';
import { LongText, Name } from '../visible-text.js';
import type { View } from '../view.js';
import { Select } from './selects.js';

/** Scores another answer, or the same with other options, in this page, with the module of the run. */
export function TryAnswer({
  view,
  full,
}: {
  readonly view: View;
  readonly full: FullRow;
}): JSX.Element | null {
  const { rescore, store } = view;
  const { evaluators } = store.index.runs[store.index.systems[full.row.system]!.run]!.plan;
  const id = useId();
  const [chosen, choose] = useState(0);
  const evaluator = evaluators[chosen]!;
  const [answer, setAnswer] = useState(full.texts.output ?? '');
  const [options, setOptions] = useState<string>();
  const [outcome, setOutcome] = useState<Rescored | string>();
  if (rescore === undefined) return null;
  const config = options ?? JSON.stringify(evaluator.config, undefined, 2);
  const score = async (): Promise<void> => {
    try {
      const { input, messages, expected, expectedJson } = full.texts;
      const right = expectedJson === undefined ? expected : (JSON.parse(expectedJson) as unknown);
      const data = {
        input: messages ?? input,
        output: answer,
        ...(right === undefined ? {} : { expected: right }),
      };
      const given = JSON.parse(config) as Readonly<Record<string, unknown>>;
      setOutcome(await rescore(evaluator.digest, given, data));
    } catch (error) {
      setOutcome(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <details class="try">
      <summary>Try another answer</summary>
      <div class="controls">
        <Select
          label="Evaluator"
          value={chosen}
          options={evaluators.map(({ as }, value) => ({ value, text: as }))}
          choose={(value) => {
            choose(value);
            setOptions(undefined);
            setOutcome(undefined);
          }}
        />
      </div>
      <label for={`${id}-answer`}>
        Answer{expectedText(full.texts) === undefined ? '' : ' (expected stays)'}
      </label>
      <textarea
        id={`${id}-answer`}
        rows={4}
        value={answer}
        onInput={({ currentTarget }) => setAnswer(currentTarget.value)}
      />
      <label for={`${id}-options`}>Options of the evaluator, as JSON</label>
      <textarea
        id={`${id}-options`}
        class="mono"
        rows={3}
        value={config}
        onInput={({ currentTarget }) => setOptions(currentTarget.value)}
      />
      <button type="button" onClick={() => void score()}>
        Score
      </button>
      <div role="status" class="try-outcome">
        <Outcome outcome={outcome} />
      </div>
    </details>
  );
}

function Outcome({
  outcome,
}: {
  readonly outcome: Rescored | string | undefined;
}): JSX.Element | null {
  if (outcome === undefined) return null;
  if (typeof outcome === 'string') {
    return (
      <p class="bad">
        <Name text={outcome} />
      </p>
    );
  }
  return (
    <>
      <p>
        Score <strong>{formatScore(outcome.score)}</strong>
        {outcome.fuel !== undefined && <small> fuel {formatCount(outcome.fuel)}</small>}
      </p>
      {outcome.explanation !== undefined && (
        <LongText text={outcome.explanation} label="explanation of the new score" />
      )}
      <p class="metrics">
        {Object.entries(outcome.metrics ?? {}).map(([name, value]) => (
          <span key={name}>
            <Name text={name} /> {Number(value.toPrecision(4))}
          </span>
        ))}
      </p>
    </>
  );
}
