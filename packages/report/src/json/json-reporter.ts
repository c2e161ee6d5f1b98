import type { ReportedRun, Reporter, ReportOutput } from '../reporter.js';

/** Version of the output of {@link createJsonReporter}: it is raised when a field is removed or changes its meaning. */
const JSON_REPORT_VERSION = 1;

/** Writes one JSON document: the plan and the numbers of each run, and comparisons. Rows are written by `testbench export`. */
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
