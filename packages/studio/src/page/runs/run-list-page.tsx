import { DataTable, formatMs, formatScore, Name } from '@testbench/report/components';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { ListedRun, RunList } from '../../runs/list-runs.js';
import { matchWords } from '../../words.js';
import { pathOf } from '../api.js';
import { Progress } from '../parts/progress.js';
import { SearchField } from '../parts/search-field.js';
import { CutNotice, Loading, Notices } from '../parts/states.js';
import { useEvents } from '../parts/use-loaded.js';

/** Maximum number of a run's scores shown: its report has more. */
const SHOWN_SCORES = 4;

/** The runs of the project; running ones are updated live. */
export function RunListPage(): JSX.Element {
  const loaded = useEvents<RunList>('/api/runs');
  const { value } = loaded;
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const toggle = (path: string): void => {
    const others = chosen.filter((each) => each !== path);
    // Two at most: choosing a third one drops the first.
    setChosen(others.length < chosen.length ? others : [...chosen, path].slice(-2));
  };
  const isWanted = matchWords(words);
  const shown = (value?.runs ?? []).filter(({ path, models, evaluators }) =>
    isWanted([path, ...models, ...evaluators].join('\n')),
  );
  return (
    <>
      <h1>Runs</h1>
      <Loading loaded={loaded} what="runs" />
      {value !== undefined && (
        <>
          <div class="controls">
            <SearchField
              id="run-words"
              label="Find by name, model or evaluator"
              words={words}
              setWords={setWords}
            />
            <button
              type="button"
              disabled={chosen.length !== 2}
              onClick={() => location.assign(pathOf('/compare', { run: chosen }))}
            >
              Compare two
            </button>
          </div>
          <p class="status" role="status">
            {shown.length} of {value.runs.length} runs
            {chosen.length === 1 ? '; choose one more to compare' : ''}
          </p>
          {value.runs.length === 0 ? <NoRuns /> : <Table {...{ shown, chosen, toggle }} />}
          {value.isCut && <CutNotice />}
          <Notices texts={value.broken.map(({ problem }) => problem)} />
        </>
      )}
    </>
  );
}

function NoRuns(): JSX.Element {
  return (
    <p class="card">
      There are no runs in this folder yet. <code>testbench run testbench.yaml</code> makes one, and
      it appears here while it runs.
    </p>
  );
}

function Table({
  shown,
  chosen,
  toggle,
}: {
  readonly shown: readonly ListedRun[];
  readonly chosen: readonly string[];
  readonly toggle: (path: string) => void;
}): JSX.Element {
  return (
    <div class="card stack">
      <DataTable
        name="Runs"
        columns={[
          { title: 'run' },
          { title: 'compare' },
          { title: 'records' },
          { title: 'models' },
          { title: 'scores' },
          { title: 'failed', isNumber: true },
          { title: 'time', isNumber: true },
          { title: 'written' },
        ]}
        rows={shown.map((run) => [
          <a key="run" href={pathOf('/run', { run: run.path })}>
            <Name text={run.path} />
          </a>,
          <input
            key="compare"
            type="checkbox"
            checked={chosen.includes(run.path)}
            onChange={() => toggle(run.path)}
            aria-label={`compare ${run.path}`}
          />,
          <Progress
            key="progress"
            state={run.state}
            total={run.totalRecords}
            casesPerRecord={run.casesPerRecord}
          />,
          <Name key="models" text={run.models.join(', ')} />,
          <Scores key="scores" run={run} />,
          run.failedCases === undefined ? '–' : String(run.failedCases),
          formatMs(run.durationMs),
          <time key="time" dateTime={run.state.writtenAt}>
            {run.state.writtenAt.slice(0, 16).replace('T', ' ')}
          </time>,
        ])}
      />
    </div>
  );
}

function Scores({ run }: { readonly run: ListedRun }): JSX.Element {
  const { scores = [], models } = run;
  return (
    <>
      {scores.slice(0, SHOWN_SCORES).map(({ model, evaluator, mean }, index) => (
        <span key={index} class="score-line">
          <Name text={models.length > 1 ? `${evaluator}, ${model}` : evaluator} />{' '}
          <strong>{formatScore(mean)}</strong>
        </span>
      ))}
      {scores.length > SHOWN_SCORES && (
        <span class="muted">and {scores.length - SHOWN_SCORES} more</span>
      )}
    </>
  );
}
