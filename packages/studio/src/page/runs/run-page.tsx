import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { RunEvent } from '../../runs/watch-runs.js';
import { parameters, pathOf } from '../api.js';
import { Progress } from '../parts/progress.js';
import { Report } from '../parts/report.js';
import { RunLinks } from '../parts/run-links.js';
import { Problem } from '../parts/states.js';
import { useEvents } from '../parts/use-loaded.js';

/** One run: its progress and its report. */
export function RunPage(): JSX.Element {
  const run = parameters.get('run') ?? '';
  const { value, error } = useEvents<RunEvent>(pathOf('/api/run', { run }));
  const [shown, setShown] = useState({ records: -1, times: 0 });
  if (value !== undefined && shown.records === -1) setShown({ records: value.records, times: 0 });
  const hasMore = value !== undefined && value.records > shown.records;
  return (
    <>
      <RunLinks run={run} current="/run" />
      {error !== undefined && <Problem error={error} />}
      {value !== undefined && (value.isRunning || !value.isComplete || hasMore) && (
        <div class="card live">
          <Progress
            state={value}
            total={value.totalRecords}
            casesPerRecord={value.casesPerRecord}
          />
          {hasMore && (
            <button
              type="button"
              onClick={() => setShown({ records: value.records, times: shown.times + 1 })}
            >
              Show the new rows
            </button>
          )}
        </div>
      )}
      <Report key={shown.times} runs={[run]} />
    </>
  );
}
