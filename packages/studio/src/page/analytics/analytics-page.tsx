import {
  DataTable,
  DotPlot,
  formatCount,
  formatMs,
  Name,
  shortDigest,
} from '@testbench/report/components';
import type { JSX } from 'preact';

import type { PluginAnalytics } from '../../analytics/read-analytics.js';
import { Problem, Waiting } from '../parts/states.js';
import { useLoaded } from '../parts/use-loaded.js';

interface Analytics {
  readonly plugins: readonly PluginAnalytics[];
  readonly runs: number;
  readonly unfinished: number;
}

/** What plugins did in the finished runs of the project, by version. */
export function AnalyticsPage(): JSX.Element {
  const { value, error } = useLoaded<Analytics>('/api/analytics');
  return (
    <>
      <h1>Analytics</h1>
      {error !== undefined && <Problem error={error} />}
      {value === undefined && error === undefined && <Waiting what="runs" />}
      {value !== undefined && (
        <>
          <p class="status" role="status">
            {formatCount(value.runs)} finished runs
            {value.unfinished > 0 && `; ${value.unfinished} without a summary do not count`}
          </p>
          {value.plugins.length === 0 ? (
            <p class="card">Once a run is finished, its plugins are here.</p>
          ) : (
            <Plugins plugins={value.plugins} />
          )}
        </>
      )}
    </>
  );
}

function Plugins({ plugins }: { readonly plugins: readonly PluginAnalytics[] }): JSX.Element {
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
            { title: 'errors' },
            { title: 'digest' },
          ]}
          rows={plugins.map((plugin) => [
            <Name key="name" text={plugin.name} />,
            <Name key="version" text={plugin.version} />,
            plugin.type,
            formatCount(plugin.runs),
            formatCount(plugin.calls),
            <span key="failed" class={plugin.failedCalls > 0 ? 'bad' : undefined}>
              {formatCount(plugin.failedCalls)}
            </span>,
            formatCount(plugin.fuelUsed),
            plugin.calls === 0 ? '–' : formatCount(Math.round(plugin.fuelUsed / plugin.calls)),
            formatMs(plugin.timeMs),
            <Name
              key="errors"
              text={Object.entries(plugin.failures)
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
        Calls, failures and fuel are those of the summaries. Time is the wall time inside of the
        plugin in the processes that finished the runs, of all that ran at the same time. Memory is
        not stored with a run.
      </p>
    </>
  );
}
