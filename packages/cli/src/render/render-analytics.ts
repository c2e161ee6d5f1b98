import type { PluginAnalytics, PluginFigures } from '@testbench/bench/analytics';

import { type Cell, type Column, formatCount, renderTable } from '@testbench/report/terminal';

import { escapeText } from './escape-text.js';
import { formatBytes, formatDuration } from './format-value.js';
import type { Style } from './style.js';

/** Error codes shown on a line; `--json` has all. */
const SHOWN_CODES = 2;
/** Digits of a digest that tell modules apart. */
const SHOWN_DIGITS = 'sha256:'.length + 12;

/** Shows totals of plugin calls: a line for each version, or for each of its runs and hosts. */
export function renderAnalytics(
  plugins: readonly PluginAnalytics[],
  by: 'version' | 'run',
  style: Style,
): string {
  const columns: Column[] = [
    { title: 'plugin', leastWidth: 8 },
    { title: 'version', leastWidth: 5 },
    by === 'run' ? { title: 'run or host', leastWidth: 12 } : { title: 'digest', dropRank: 4 },
    { title: 'calls', align: 'right' },
    { title: 'failed', align: 'right' },
    { title: 'fuel a call', align: 'right', dropRank: 2 },
    { title: 'time a call', align: 'right' },
    { title: 'memory', align: 'right', dropRank: 1 },
    { title: 'errors', leastWidth: 12, dropRank: 3 },
  ];
  const rows = plugins.flatMap((plugin) => {
    const names: Cell[] = [
      { text: escapeText(plugin.name), mark: style.bold },
      { text: escapeText(plugin.version) },
    ];
    if (by === 'version') {
      const digest = { text: escapeText(plugin.digest.slice(0, SHOWN_DIGITS)), mark: style.dim };
      return [[...names, digest, ...figureCells(plugin, style)]];
    }
    return plugin.sources.map((source) => [
      ...names,
      { text: escapeText(source.name) },
      ...figureCells(source, style),
    ]);
  });
  return renderTable(columns, rows, style.dim, style.width);
}

function figureCells(figures: PluginFigures, style: Style): Cell[] {
  const { calls, failedCalls, fuelUsed, timeMs, peakMemoryBytes } = figures;
  const a = (sum: number): number => (calls === 0 ? 0 : sum / calls);
  const codes = Object.entries(figures.errors).toSorted(([, one], [, other]) => other - one);
  const errors = codes
    .slice(0, SHOWN_CODES)
    .map(([code, count]) => `${escapeText(code)} × ${formatCount(count)}`);
  if (codes.length > SHOWN_CODES) errors.push(`${codes.length - SHOWN_CODES} more`);
  return [
    { text: formatCount(calls) },
    { text: formatCount(failedCalls), mark: failedCalls > 0 ? style.red : style.dim },
    { text: formatCount(a(fuelUsed)) },
    { text: timeMs === undefined ? '–' : formatDuration(a(timeMs)) },
    { text: peakMemoryBytes === undefined ? '–' : formatBytes(peakMemoryBytes) },
    { text: errors.join(', '), mark: style.dim },
  ];
}
