import { formatCount } from '@testbench/report/components';
import type { JSX } from 'preact';

import type { RunState } from '../../runs/run-state.js';

/** Progress of a run. */
export function Progress({
  state,
  total,
  casesPerRecord,
}: {
  readonly state: RunState;
  readonly total: number;
  readonly casesPerRecord: number;
}): JSX.Element {
  const underWay = Math.floor(state.rowsUnderWay / Math.max(1, casesPerRecord));
  const done = Math.min(total, state.records + underWay);
  const text = `${formatCount(done)} of ${formatCount(total)} records`;
  if (done >= total && !state.isRunning) return <span>{formatCount(total)} records</span>;
  return (
    <span class="progress">
      <progress max={total} value={done} aria-label={text} />
      <span class={state.isRunning ? 'tag right' : 'warning'}>
        {state.isRunning ? 'running' : 'not complete'}
      </span>
      <span>{text}</span>
    </span>
  );
}
