import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { formatCount, formatInterval, formatMean } from '../../../text/format-numbers.js';
import { DotPlot } from '../charts/dot-plot.js';
import { metricLines, metricNames } from '../summaries.js';
import { Name } from '../visible-text.js';
import type { View } from '../view.js';
import { DataTable } from './data-table.js';
import { SystemName } from './system-name.js';
import { Select } from './selects.js';

/** Maximum number of groups whose means are drawn; the others are in the table. */
const MAX_DRAWN_GROUPS = 12;

/** One metric by group of records. */
export function GroupSection({ view }: { readonly view: View }): JSX.Element | null {
  const metrics = metricNames(view);
  const [chosen, choose] = useState(0);
  const name = metrics[chosen];
  if (name === undefined) return null;
  const lines = metricLines(view, name);
  const groups = [
    ...new Set(lines.flatMap(({ metric }) => metric.groups.map(({ group }) => group))),
  ];
  if (groups.length === 0) return null;
  const scale = lines.every(({ metric }) => metric.scale === 'binary') ? 'binary' : 'graded';
  const cells = groups.flatMap((group) =>
    lines.flatMap(({ system, metric }) => {
      const score = metric.groups.find((each) => each.group === group);
      return score === undefined ? [] : [{ group, system, score }];
    }),
  );
  return (
    <section aria-labelledby="groups">
      <h2 id="groups">By group</h2>
      <div class="controls">
        <Select
          label="Metric"
          value={chosen}
          options={metrics.map((text, value) => ({ value, text }))}
          choose={choose}
        />
      </div>
      <div class="card">
        <div class="columns">
          <div>
            {groups.slice(0, MAX_DRAWN_GROUPS).map((group) => (
              <div key={group}>
                <h3>
                  <Name text={group} />
                </h3>
                <DotPlot
                  title={`Means of ${name} in the group ${group}`}
                  dots={cells
                    .filter((cell) => cell.group === group)
                    .map(({ system, score }) => ({
                      label: view.names[system]!,
                      value: score.mean,
                      low: score.interval?.low,
                      high: score.interval?.high,
                      colour: system,
                      text: formatMean(score.mean, { scale }),
                    }))}
                  format={(value) => (scale === 'binary' ? `${value * 100} %` : String(value))}
                />
              </div>
            ))}
          </div>
          <DataTable
            name={`Means of ${name} by group`}
            columns={[
              { title: 'group' },
              { title: 'model' },
              { title: 'mean', isNumber: true },
              { title: 'interval', isNumber: true },
              { title: 'n', isNumber: true },
            ]}
            rows={cells.map(({ group, system, score }) => [
              <Name text={group} />,
              <SystemName view={view} system={system} />,
              <strong>{formatMean(score.mean, { scale })}</strong>,
              formatInterval(score.interval, { scale }),
              formatCount(score.n),
            ])}
          />
        </div>
      </div>
    </section>
  );
}
