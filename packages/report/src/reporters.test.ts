import { testReporter, type ReportedKind } from '@testbench/test-kit/contracts';

import { generateRun } from './__fixtures__/generated-run.js';
import { HOSTILE_TEXTS } from './__fixtures__/hostile-texts.js';
import type { Reporter } from './reporter.js';
import { createReporter, REPORT_FORMATS } from './reporters.js';
import { reportRuns } from './runs/report-runs.js';

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) freeze(each);
    Object.freeze(value);
  }
  return value;
}

const hostile = generateRun({
  records: HOSTILE_TEXTS.length,
  models: HOSTILE_TEXTS.slice(0, 2),
  change: (row) => {
    const text = HOSTILE_TEXTS[row.index]!;
    return freeze({ ...row, id: `${row.index}${text}`, input: text, output: text, expected: text });
  },
});
const frozen = (seed: number) => generateRun({ records: 30, models: ['m'], seed, change: freeze });
const RUNS: Readonly<Record<ReportedKind, readonly ReturnType<typeof generateRun>[]>> = {
  'one run': [generateRun({ records: 20, epochs: 2, change: freeze })],
  'two runs': [frozen(1), frozen(2)],
  'no rows': [generateRun({ records: 0 })],
  'hostile texts': [hostile],
};

/** Results are shared between reporters. */
const freezeResults = (reporter: Reporter): Reporter => ({
  specificationVersion: 'v1',
  name: reporter.name,
  start: (runs) => reporter.start?.(freeze(runs)),
  row: (row, run) => reporter.row?.(row, run),
  end: (results) => reporter.end(freeze(results)),
});

for (const format of REPORT_FORMATS) {
  testReporter<Reporter>(`createReporter('${format}')`, {
    open: (output) => createReporter(format, output),
    report: async (kind, reporters) => await reportRuns(RUNS[kind], reporters.map(freezeResults)),
  });
}
