import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import type { ListedRun } from '../../runs/list-runs.js';

/** A list to choose a run from. */
export function RunPicker({
  label,
  runs,
  chosen,
  choose,
}: {
  readonly label: string;
  readonly runs: readonly ListedRun[];
  readonly chosen: string | undefined;
  readonly choose: (path: string) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div class="control wide">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={chosen ?? ''}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        <option value="" disabled>
          choose a run
        </option>
        {runs.map(({ path }) => (
          <option key={path} value={path}>
            {path}
          </option>
        ))}
      </select>
    </div>
  );
}
