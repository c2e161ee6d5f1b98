import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { RunList } from '../../runs/list-runs.js';
import { parameters, pathOf } from '../api.js';
import { RunLinks } from '../parts/run-links.js';
import { RunPicker } from '../parts/run-picker.js';
import { Loading } from '../parts/states.js';
import { useEvents } from '../parts/use-loaded.js';
import { Agreement } from './agreement.js';
import { Labelling } from './labelling.js';

/** Human labels for the answers of a run, and how far its judges agree with them. */
export function LabelPage(): JSX.Element {
  const run = parameters.get('run');
  const loaded = useEvents<RunList>('/api/runs');
  const { value } = loaded;
  const [labelled, setLabelled] = useState(0);
  if (run === null) {
    return (
      <>
        <h1>Labels</h1>
        <Loading loaded={loaded} what="runs" />
        {value !== undefined && (
          <RunPicker
            label="Run whose answers are labelled"
            runs={value.runs}
            chosen={undefined}
            choose={(path) => location.assign(pathOf('/labels', { run: path }))}
          />
        )}
      </>
    );
  }
  const evaluators = value?.runs.find(({ path }) => path === run)?.evaluators ?? [];
  return (
    <>
      <RunLinks run={run} current="/labels" />
      <h1>Labels</h1>
      <Labelling
        run={run}
        evaluators={evaluators}
        onLabel={() => setLabelled((count) => count + 1)}
      />
      <Agreement run={run} labelled={labelled} />
    </>
  );
}
