import type { JSX } from 'preact';

import type { RunList } from '../../runs/list-runs.js';
import { parameters, pathOf } from '../api.js';
import { Report } from '../parts/report.js';
import { RunPicker } from '../parts/run-picker.js';
import { Loading } from '../parts/states.js';
import { useEvents } from '../parts/use-loaded.js';

/** Two runs, and what changed from one to the other. */
export function ComparePage(): JSX.Element {
  const loaded = useEvents<RunList>('/api/runs');
  const { value } = loaded;
  const [a, b] = parameters.getAll('run');
  const choose = (first: string | undefined, second: string | undefined): void => {
    const run = [first, second].filter((path) => path !== undefined);
    location.assign(pathOf('/compare', { run }));
  };
  return (
    <>
      {(a === undefined || b === undefined) && <h1>Compare two runs</h1>}
      <Loading loaded={loaded} what="runs" />
      {value !== undefined && (
        <div class="controls">
          <RunPicker
            label="Run A, before"
            runs={value.runs}
            chosen={a}
            choose={(path) => choose(path, b)}
          />
          <RunPicker
            label="Run B, after"
            runs={value.runs}
            chosen={b}
            choose={(path) => (a === undefined ? choose(path, undefined) : choose(a, path))}
          />
          <button type="button" disabled={b === undefined} onClick={() => choose(b, a)}>
            Swap A and B
          </button>
        </div>
      )}
      {a !== undefined && b !== undefined && <Report runs={[a, b]} />}
      {a === b && a !== undefined && (
        <p class="notice">Both are the same run: a run does not differ from itself.</p>
      )}
    </>
  );
}
