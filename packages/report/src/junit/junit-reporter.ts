import type { ResultRow } from '@testbench/bench/results';
import type { GateCheck, RunComparison, Verdict } from '@testbench/bench/statistics';

import type { ReportedRun, Reporter, ReportOutput } from '../reporter.js';
import {
  formatDifference,
  formatDifferenceInterval,
  formatP,
  GRADED,
  VERDICT_WORDS,
} from '../text/format-numbers.js';
import { answerExtras } from '../text/answer-extras.js';
import { selfJudges } from '../text/self-judges.js';
import { setLines } from '../text/set-lines.js';
import { valueText } from '../text/value-text.js';
import { xmlElement, xmlText } from './xml.js';

interface Suite {
  readonly name: string;
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
  seconds: number;
  readonly cases: string[];
}

/**
 * Writes JUnit XML, as CI servers read it: a suite for each prompt, provider and model, a case for each record and epoch.
 *
 * A case fails if its thresholds were not reached, is an error if a call failed, and is skipped if a filter dropped it; without thresholds no case
 * fails. A comparison is a suite too: a metric that got worse fails, and so does each condition of a gate that was not met.
 */
export function createJunitReporter(output: ReportOutput): Reporter {
  const suites = new Map<string, Suite>();
  let reported: readonly ReportedRun[] = [];
  const suiteOf = (name: string): Suite => {
    const known = suites.get(name);
    if (known !== undefined) return known;
    const suite = { name, tests: 0, failures: 0, errors: 0, skipped: 0, seconds: 0, cases: [] };
    suites.set(name, suite);
    return suite;
  };
  return {
    specificationVersion: 'v1',
    name: 'junit',
    start(runs) {
      reported = runs;
    },
    row(row, run) {
      const { prompt, provider, model } = row;
      const name = [reported[run]!.run, provider, model, prompt].join(' / ');
      addCase(suiteOf(name), row, `${provider}.${model}.${prompt}`);
    },
    async end({ comparisons }) {
      const isOneRun = reported.length === 1;
      for (const comparison of comparisons) {
        addComparison(suiteOf('comparison'), comparison, isOneRun);
      }
      const all = [...suites.values()];
      const sum = (of: (suite: Suite) => number): number =>
        all.reduce((total, suite) => total + of(suite), 0);
      const totals = {
        name: reported.map(({ plan }) => plan.name).join(', '),
        tests: sum(({ tests }) => tests),
        failures: sum(({ failures }) => failures),
        errors: sum(({ errors }) => errors),
        skipped: sum(({ skipped }) => skipped),
        time: sum(({ seconds }) => seconds).toFixed(3),
      };
      const head = xmlElement('testsuites', totals, '').replace('</testsuites>', '');
      await output.write(`<?xml version="1.0" encoding="UTF-8"?>\n${head}\n`);
      for (const suite of all) await writeSuite(output, suite, reported[0]?.writtenAt);
      await output.write('</testsuites>\n');
    },
  };
}

async function writeSuite(
  output: ReportOutput,
  { name, tests, failures, errors, skipped, seconds, cases }: Suite,
  writtenAt: string | undefined,
): Promise<void> {
  const attributes = {
    name,
    tests,
    failures,
    errors,
    skipped,
    time: seconds.toFixed(3),
    // Without a time zone and fractions of a second, as the schema requires.
    timestamp: writtenAt?.slice(0, 19),
  };
  await output.write(`${xmlElement('testsuite', attributes, '').replace('</testsuite>', '')}\n`);
  for (const each of cases) await output.write(`${each}\n`);
  await output.write('</testsuite>\n');
}

function addCase(suite: Suite, row: ResultRow, classname: string): void {
  const { id, index, epoch, failure, errors = {}, dropped, passed, measured } = row;
  const seconds = (measured?.totalMs ?? 0) / 1000;
  suite.tests += 1;
  suite.seconds += seconds;
  let content: string | undefined;
  const [evaluator, error] = Object.entries(errors)[0] ?? [];
  const problem = failure ?? error;
  if (problem !== undefined) {
    suite.errors += 1;
    const stage = failure?.stage ?? evaluator!;
    const message = `${stage}: ${problem.message}`;
    content = xmlElement('error', { message, type: problem.code }, describeRow(row));
  } else if (dropped !== undefined) {
    suite.skipped += 1;
    content = xmlElement('skipped', { message: dropped.reason ?? 'a filter dropped it' });
  } else if (passed === false) {
    suite.failures += 1;
    const message = `thresholds are not reached: ${describeScores(row)}`;
    content = xmlElement('failure', { message, type: 'threshold' }, describeRow(row));
  }
  const judges = selfJudges(row, Object.keys(row.details ?? {}));
  const facts = {
    ...answerExtras(row),
    ...(judges.length === 0 ? {} : { 'self-judged': judges.join(', ') }),
  };
  const properties = Object.entries(facts).map(([name, value]) =>
    xmlElement('property', { name, value }),
  );
  if (properties.length > 0) {
    content = `${xmlElement('properties', {}, properties.join(''))}${content ?? ''}`;
  }
  const name = `${id ?? `record ${index}`}${epoch === 1 ? '' : ` epoch ${epoch}`}`;
  suite.cases.push(xmlElement('testcase', { name, classname, time: seconds.toFixed(3) }, content));
}

function describeScores({ scores }: ResultRow): string {
  return Object.entries(scores)
    .map(([name, score]) => `${name} ${Number(score.toFixed(4))}`)
    .join(', ');
}

function describeRow(row: ResultRow): string {
  const { expected, output, details = {} } = row;
  const parts = [
    ...(expected === undefined ? [] : [`expected: ${valueText(expected)}`]),
    ...(output === undefined ? [] : [`answer: ${output}`]),
    ...Object.entries(details).flatMap(([name, { explanation }]) =>
      explanation === undefined ? [] : [`${name}: ${explanation}`],
    ),
  ];
  return parts.map(xmlText).join('&#10;');
}

const IS_FAILURE: Readonly<Record<Verdict, boolean>> = {
  better: false,
  worse: true,
  'cannot-tell': false,
  'no-data': false,
};

/** @param isOneRun With two models of one run, neither has to be the better one. */
function addComparison(suite: Suite, { pairs, gate }: RunComparison, isOneRun: boolean): void {
  for (const pair of pairs) {
    for (const metric of pair.metrics) {
      suite.tests += 1;
      const message = `${VERDICT_WORDS[metric.verdict]}: ${formatDifference(metric.difference, metric)} (${formatDifferenceInterval(metric.interval, metric)}), p ${formatP(metric.adjustedP)}`;
      const isFailure = IS_FAILURE[metric.verdict] && !isOneRun && gate === undefined;
      if (isFailure) suite.failures += 1;
      const name = `${metric.metric}: ${pair.a.model} to ${pair.b.model}`;
      suite.cases.push(comparisonCase(name, message, isFailure));
    }
    for (const line of setLines(pair)) {
      if (line.verdict === undefined) continue;
      suite.tests += 1;
      const why = line.without === undefined ? '' : `; ${line.without}`;
      const message = `${VERDICT_WORDS[line.verdict]}: ${formatDifference(line.difference, GRADED)} (${formatDifferenceInterval(line.interval, GRADED)}), p ${formatP(line.p)}${why}`;
      const isFailure = IS_FAILURE[line.verdict] && !isOneRun && gate === undefined;
      if (isFailure) suite.failures += 1;
      const name = `${line.name}: ${pair.a.model} to ${pair.b.model}`;
      suite.cases.push(comparisonCase(name, message, isFailure));
    }
  }
  for (const check of gate?.checks ?? []) addCheck(suite, check);
}

function comparisonCase(name: string, message: string, isFailure: boolean): string {
  const content = isFailure
    ? xmlElement('failure', { message, type: 'worse' })
    : xmlElement('system-out', {}, xmlText(message));
  return xmlElement('testcase', { name, classname: 'comparison' }, content);
}

function addCheck(suite: Suite, { check, metric, passed, message, records = [] }: GateCheck): void {
  suite.tests += 1;
  if (!passed) suite.failures += 1;
  const name = metric === undefined ? check : `${check}: ${metric}`;
  const content = passed
    ? xmlElement('system-out', {}, xmlText(message))
    : xmlElement('failure', { message, type: check }, xmlText(records.join('\n')));
  suite.cases.push(xmlElement('testcase', { name, classname: 'gate' }, content));
}
