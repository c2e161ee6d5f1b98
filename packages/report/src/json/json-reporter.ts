import type { ReportedRun, Reporter, ReportOutput } from '../reporter.js';

/** Version of what {@link createJsonReporter} writes: it is raised when a field goes or changes its meaning. */
const JSON_REPORT_VERSION = 1;

/** Writes one JSON document: of each run its plan and its numbers, and comparisons. Rows are what `testbench export` writes. */
export function createJsonReporter(output: ReportOutput): Reporter {
  let reported: readonly ReportedRun[] = [];
  return {
    specificationVersion: 'v1',
    name: 'json',
    start(runs) {
      reported = runs;
    },
    async end({ summaries, comparisons }) {
      const runs = reported.map(({ run, digest, writtenAt, plan }, number) => ({
        run,
        digest,
        writtenAt,
        plan,
        summary: summaries[number],
      }));
      const document = {
        type: 'testbench-report',
        formatVersion: JSON_REPORT_VERSION,
        runs,
        comparisons,
      };
      await output.write(`${JSON.stringify(document, undefined, 2)}\n`);
    },
  };
}
