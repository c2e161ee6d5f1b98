// `npm test`: set-up, then every test. Further arguments go to vitest: `npm test -- --project wasm`.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { main, setUp } from './setup.mjs';
import { runTool } from './lib/run.mjs';
import { readJson, root } from './lib/workspace.mjs';

/** Skipped tests that are named for each reason. */
const MOST_TITLES = 5;

await main(async () => {
  await setUp('Running the tests');
  const report = join(root, 'results', 'tests.json');
  rmSync(report, { force: true });
  const args = process.argv.slice(2);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await runTool('vitest', ['run', ...reporters, ...args], { show: true });
  if (!existsSync(report)) {
    console.error('\nCannot count the tests: vitest ended before it wrote its report');
    return 1;
  }
  const counts = countTests(readJson(report));
  if (code !== 0 && counts.failed === 0) {
    console.error('\nNo test failed, but vitest did: see the errors above');
    counts.failed = 1;
  }
  for (const [reason, titles] of skippedTests(readJson(report))) {
    console.log(`\nSkipped, ${reason}: ${titles.length}`);
    for (const title of titles.slice(0, MOST_TITLES)) console.log(`  ${title}`);
    if (titles.length > MOST_TITLES) console.log(`  and ${titles.length - MOST_TITLES} more`);
  }
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return code;
});

/** The titles of skipped tests by what they need, which a title says in parentheses. */
function skippedTests(report) {
  const byReason = new Map();
  for (const { assertionResults } of report.testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status !== 'skipped' && status !== 'pending' && status !== 'todo') continue;
      const [, reason = 'for a reason that its title does not say'] =
        /\(([^()]*\bneeds [^()]*)\)/.exec(fullName) ?? [];
      byReason.set(reason, [...(byReason.get(reason) ?? []), fullName.trim()]);
    }
  }
  return byReason;
}

/** A file that could not be loaded has no tests in the report; it counts as one failure. */
function countTests(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
