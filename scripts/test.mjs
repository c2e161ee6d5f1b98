// `npm test`: set-up, then every test. Further arguments go to vitest: `npm test -- --project wasm`.
import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { main, setUp } from './setup.mjs';
import { runTool } from './lib/run.mjs';
import { readJson, root } from './lib/workspace.mjs';

/** Maximum number of skipped tests that are named for each reason. */
const MOST_TITLES = 5;

/** Seconds after which a test is reported as slow: the limit of 120 is for busy machines, and a test that waits for half of it may be hanging. */
const SLOW_S = 30;

/** Maximum number of failed tests that are named again at the end, where a truncated log still shows them. */
const MOST_FAILURES = 20;

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
  for (const line of slowTests(readJson(report))) console.log(line);
  for (const line of failedTests(readJson(report)).slice(0, MOST_FAILURES)) console.log(line);
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return code;
});

/** The titles of skipped tests by their requirements, which the titles have in parentheses. */
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

/** Tests that passed, but took so long that they may have waited in vain; the slowest first. */
function slowTests(report) {
  return report.testResults
    .flatMap(({ name, assertionResults }) => assertionResults.map((test) => ({ name, ...test })))
    .filter(({ duration }) => duration > SLOW_S * 1000)
    .toSorted((a, b) => b.duration - a.duration)
    .slice(0, MOST_TITLES)
    .map(({ name, fullName, duration }) => {
      const seconds = (duration / 1000).toFixed(0);
      return `\nSlow, ${seconds} s: ${relative(root, name)} ${fullName.trim()}`;
    });
}

/** One line for each failed test or file: its location, its title and the failure. */
function failedTests(report) {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [failureLine(file, '', message)];
    return failed.map((test) => failureLine(file, test.fullName, test.failureMessages[0]));
  });
}

function failureLine(file, title, message = '') {
  return `\nFailed: ${file} ${title.trim()}\n  ${stripVTControlCharacters(message).split('\n', 1)[0]}`;
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
