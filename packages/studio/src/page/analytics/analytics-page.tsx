import {
  DataTable,
  DotPlot,
  formatCount,
  formatMs,
  Name,
  shortDigest,
} from '@testbench/report/components';
import type { JSX } from 'preact';

import type { ProjectAnalytics } from '../../analytics/read-analytics.js';
import { formatBytes } from '../parts/format-bytes.js';
import { Loading, Notices } from '../parts/states.js';
import { useLoaded } from '../parts/use-loaded.js';

/** Statistics of plugins in the runs of the project, by version. */
export function AnalyticsPage(): JSX.Element {
  const loaded = useLoaded<ProjectAnalytics>('/api/analytics');
  const { value } = loaded;
  return (
    <>
      <h1>Analytics</h1>
      <Loading loaded={loaded} what="runs" />
      {value !== undefined && (
        <>
          <p class="status" role="status">
            {formatCount(value.runs)} runs
          </p>
          <Notices texts={value.problems} />
          {value.plugins.length === 0 ? (
            <p class="card">Once there is a run, its plugins are here.</p>
          ) : (
            <Plugins plugins={value.plugins} />
          )}
        </>
      )}
    </>
  );
}

function Plugins({ plugins }: Pick<ProjectAnalytics, 'plugins'>): JSX.Element {
  const metered = plugins.filter(({ calls, fuelUsed }) => calls > 0 && fuelUsed > 0);
  const perCall = metered.map(({ calls, fuelUsed }) => fuelUsed / calls);
  return (
    <>
      {metered.length > 0 && (
        <div class="card">
          <h2 class="in-card">Fuel per call</h2>
          <DotPlot
            title="Fuel per call"
            max={Math.max(...perCall)}
            format={(fuel) => formatCount(Math.round(fuel))}
            dots={metered.map(({ name, version }, index) => ({
              label: `${name} ${version}`,
              value: perCall[index]!,
              colour: index,
              text: formatCount(Math.round(perCall[index]!)),
            }))}
          />
        </div>
      )}
      <div class="card">
        <DataTable
          name="Plugins by version"
          columns={[
            { title: 'plugin' },
            { title: 'version' },
            { title: 'type' },
            { title: 'runs', isNumber: true },
            { title: 'calls', isNumber: true },
            { title: 'failed', isNumber: true },
            { title: 'fuel', isNumber: true },
            { title: 'fuel per call', isNumber: true },
            { title: 'time', isNumber: true },
            { title: 'memory', isNumber: true },
            { title: 'errors' },
            { title: 'digest' },
          ]}
          rows={plugins.map((plugin) => [
            <Name key="name" text={plugin.name} />,
            <Name key="version" text={plugin.version} />,
            plugin.type ?? '–',
            formatCount(plugin.sources.length),
            formatCount(plugin.calls),
            <span key="failed" class={plugin.failedCalls > 0 ? 'bad' : undefined}>
              {formatCount(plugin.failedCalls)}
            </span>,
            formatCount(plugin.fuelUsed),
            plugin.calls === 0 ? '–' : formatCount(Math.round(plugin.fuelUsed / plugin.calls)),
            formatMs(plugin.timeMs),
            plugin.peakMemoryBytes === undefined ? '–' : formatBytes(plugin.peakMemoryBytes),
            <Name
              key="errors"
              text={Object.entries(plugin.errors)
                .map(([code, count]) => `${code} ${count}`)
                .join(', ')}
            />,
            <span key="digest" class="mono">
              {shortDigest(plugin.digest)}
            </span>,
          ])}
        />
      </div>
      <p class="muted">
        Time is the wall time inside the plugin, and memory the largest after a call, in the process
        that finished a run; a run that is not finished knows neither. Failed calls have no fuel.
        <br />
        <code>testbench analytics</code> shows the same, and by run.
      </p>
    </>
  );
}
