import type { Calibration, JudgeCalibration } from '@testbench/bench/judging';
import {
  DataTable,
  formatInterval,
  formatKappa,
  formatScore,
  formatShareOf,
  Name,
} from '@testbench/report/components';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { pathOf } from '../api.js';
import { Problem } from '../parts/states.js';
import { useLoaded } from '../parts/use-loaded.js';

/** How far the evaluators of a run agree with the labels. */
export function Agreement({
  run,
  labelled,
}: {
  readonly run: string;
  /** Number of labels given on this page: the figures are fetched again after each. */
  readonly labelled: number;
}): JSX.Element | null {
  const [threshold, setThreshold] = useState('0.5');
  const { value, error } = useLoaded<{ calibration: Calibration }>(
    pathOf('/api/agreement', { run, labelled, ...(threshold !== '' && { threshold }) }),
  );
  if (error !== undefined) return <Problem error={error} />;
  if (value === undefined) return null;
  const { labels, unmatched, disputed, peopleAlpha, judges } = value.calibration;
  return (
    <section aria-labelledby="agreement">
      <h2 id="agreement">Agreement</h2>
      {labels === 0 ? (
        <p class="muted">
          Once there are labels, this says how far each evaluator agrees with them.
        </p>
      ) : (
        <div class="card">
          <p role="status">
            {labels} labels{unmatched > 0 && `, ${unmatched} of no answer of this run`}
            {disputed > 0 && `, people disagree evenly on ${disputed}`}
            {peopleAlpha !== null && `; alpha between people ${formatKappa(peopleAlpha)}`}
          </p>
          <div class="control">
            <label for="threshold">
              Scores and labels from here on count as 1, others as 0 (empty: as they are)
            </label>
            <input
              id="threshold"
              type="number"
              step="any"
              class="short"
              value={threshold}
              onChange={({ currentTarget }) => setThreshold(currentTarget.value)}
            />
          </div>
          <DataTable
            name="Agreement with people"
            columns={[
              { title: 'evaluator' },
              { title: 'n', isNumber: true },
              { title: 'agree', isNumber: true },
              { title: 'by chance', isNumber: true },
              { title: 'kappa', isNumber: true },
              { title: '95 % interval', isNumber: true },
              { title: 'base rates: people, judge' },
            ]}
            rows={judges.map((judge) => [
              <Name
                key="name"
                text={
                  judge.judge === undefined ? judge.evaluator : `${judge.evaluator}: ${judge.judge}`
                }
              />,
              String(judge.n),
              formatShareOf(judge.observed),
              formatShareOf(judge.expected),
              formatKappa(judge.kappa),
              formatInterval(judge.interval, { scale: 'graded' }),
              <BaseRates key="rates" judge={judge} />,
            ])}
          />
          <p class="muted">
            Kappa is the agreement above chance: 0 is what the base rates alone give, 1 is perfect.
            Where nearly all answers are right, agreement is high and says little. Below some 50
            labels the interval is wide.
          </p>
          <Disagreements judges={judges} />
        </div>
      )}
    </section>
  );
}

function BaseRates({ judge }: { readonly judge: JudgeCalibration }): JSX.Element {
  return (
    <>
      {judge.baseRates.map(({ label, people, judge: said }) => (
        <span key={label} class="score-line">
          <Name text={typeof label === 'number' ? formatScore(label) : String(label)} />:{' '}
          {formatShareOf(people)}, {formatShareOf(said)}
        </span>
      ))}
    </>
  );
}

function Disagreements({
  judges,
}: {
  readonly judges: readonly JudgeCalibration[];
}): JSX.Element | null {
  const all = judges.flatMap(({ evaluator, judge, disagreements }) =>
    disagreements.map((each) => ({ ...each, judgeName: judge ?? evaluator, said: each.judge })),
  );
  if (all.length === 0) return null;
  return (
    <details>
      <summary>Where they disagree ({all.length})</summary>
      <DataTable
        name="Disagreements"
        columns={[
          { title: 'record' },
          { title: 'model' },
          { title: 'evaluator' },
          { title: 'people' },
          { title: 'judge' },
        ]}
        rows={all.map((each) => [
          <Name key="record" text={each.record} />,
          <Name key="model" text={each.model} />,
          <Name key="judge" text={each.judgeName} />,
          <Name key="people" text={String(each.people)} />,
          <Name key="said" text={String(each.said)} />,
        ])}
      />
    </details>
  );
}
