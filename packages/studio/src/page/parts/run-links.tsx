import { Name } from '@testbench/report/components';
import type { JSX } from 'preact';

import { pathOf } from '../api.js';

const LINKS = [
  { path: '/run', name: 'Report' },
  { path: '/labels', name: 'Label' },
  { path: '/score', name: 'Score again' },
] as const;

/** The reader's location, and the other pages of the run. */
export function RunLinks({
  run,
  current,
}: {
  readonly run: string;
  readonly current: (typeof LINKS)[number]['path'];
}): JSX.Element {
  return (
    <nav class="crumbs" aria-label="Run">
      <a href="/">Runs</a>
      <span class="crumb">
        <Name text={run} />
      </span>
      <span class="crumb-links">
        {LINKS.map(({ path, name }) => (
          <a
            key={path}
            href={pathOf(path, { run })}
            aria-current={path === current ? 'page' : undefined}
          >
            {name}
          </a>
        ))}
        <a href={pathOf('/compare', { run })}>Compare</a>
      </span>
    </nav>
  );
}
