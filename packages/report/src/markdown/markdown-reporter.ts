import type { RunComparison, RunSummary, Verdict } from '@testbench/bench/statistics';

import { MAX_MARKDOWN_CHARACTERS, MAX_MARKDOWN_LINES } from '../limits.js';
import type { Reporter, ReportOutput } from '../reporter.js';
import {
  describeMethods,
  describePlanning,
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatInterval,
  formatItems,
  formatMean,
  formatP,
  formatShare,
  GRADED,
  TEST_WORDS,
  uniqueNotes,
  VERDICT_WORDS,
} from '../text/format-numbers.js';
import { setLines } from '../text/set-lines.js';
import { runLetter, systemNames } from '../text/system-names.js';
import { codeSpan, markdownTable } from './escape-markdown.js';

/** Maximum number of records that are named if some got worse. */
const MAX_FLIPS = 10;

/** Writes Markdown that fits into a comment on a pull request: scores, changes, and the records that broke. */
export function createMarkdownReporter(output: ReportOutput): Reporter {
  const counts = { attachments: 0, transcript: 0 };
  return {
    specificationVersion: 'v1',
    name: 'markdown',
    row({ attachments, transcript }) {
      if (attachments !== undefined) counts.attachments += 1;
      if (transcript !== undefined) counts.transcript += 1;
    },
    async end({ summaries, comparisons }) {
      const parts = [
        ...comparisons.slice(0, MAX_MARKDOWN_LINES).flatMap(describeComparison),
        ...describeScores(summaries),
        ...describeExtras(counts),
        ...describeNotes(summaries, comparisons),
      ];
      await output.write(joinParts([headline(summaries), ...parts]));
    },
  };
}

/** Joins as many parts as fit into a comment; the most important come first. */
function joinParts(parts: readonly string[]): string {
  let text = '';
  for (const part of parts) {
    if (text.length + part.length > MAX_MARKDOWN_CHARACTERS) {
      return `${text}The rest is too long for a comment: see the report.\n`;
    }
    text += `${part}\n\n`;
  }
  return `${text.trimEnd()}\n`;
}

function headline(summaries: readonly RunSummary[]): string {
  const runs = summaries.map(({ run }, number) => {
    const { records, dataset, isComplete } = run;
    const state = isComplete ? '' : ` of ${formatCount(dataset.records)}, **not complete**`;
    const letter = summaries.length > 1 ? `${runLetter(number)}: ` : '';
    return `${letter}${codeSpan(run.run)}, ${formatItems(records, 'record')}${state}`;
  });
  return `## ${codeSpan(summaries[0]?.run.name ?? '')}\n\n${runs.join('  \n')}`;
}

function describeComparison(comparison: RunComparison): string[] {
  const { pairs, adjustment, tests, alpha, gate } = comparison;
  const parts = pairs.slice(0, MAX_MARKDOWN_LINES).map(({ a, b, metrics, corpus }) => {
    const title =
      a.model === b.model
        ? `### ${codeSpan(b.model)}: what changed`
        : `### ${codeSpan(b.model)} against ${codeSpan(a.model)}`;
    const table = markdownTable(
      ['metric', 'before', 'after', 'difference', 'interval', 'p', 'verdict'],
      [
        ...metrics.slice(0, MAX_MARKDOWN_LINES).map((metric) => {
          const planning = describePlanning(metric);
          return [
            codeSpan(metric.metric),
            formatMean(metric.meanA, metric),
            formatMean(metric.meanB, metric),
            formatDifference(metric.difference, metric),
            formatDifferenceInterval(metric.interval, metric),
            `${formatP(metric.adjustedP)}${metric.test === null ? '' : ` (${TEST_WORDS[metric.test]})`}`,
            `${formatVerdict(metric.verdict)}${planning === undefined ? '' : `; ${planning}`}`,
          ];
        }),
        ...setLines({ corpus })
          .slice(0, MAX_MARKDOWN_LINES)
          .map((line) => [
            codeSpan(line.name),
            formatMean(line.a, GRADED),
            formatMean(line.b, GRADED),
            formatDifference(line.difference, GRADED),
            formatDifferenceInterval(line.interval, GRADED),
            `${formatP(line.p)}${line.test === null ? '' : ` (${TEST_WORDS[line.test]})`}`,
            line.verdict === undefined
              ? ''
              : `${formatVerdict(line.verdict)}${line.without === undefined ? '' : `; ${codeSpan(line.without, 200)}`}`,
          ]),
      ],
      [1, 2, 3, 4, 5],
    );
    const broken = metrics.flatMap(({ metric, flips }) => {
      if (flips.lost === 0 && flips.gained === 0) return [];
      const named = flips.lostRecords.slice(0, MAX_FLIPS).map(({ record }) => codeSpan(record, 60));
      const more = flips.lost - named.length;
      const which =
        named.length === 0
          ? ''
          : `: ${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
      return [
        `${codeSpan(metric)}: ${formatItems(flips.gained, 'record')} got better, ${formatCount(flips.lost)} got worse${which}`,
      ];
    });
    const list = broken.length === 0 ? '' : `\n\n${broken.map((line) => `- ${line}`).join('\n')}`;
    return `${title}\n\n${table}${list}`;
  });
  const adjusted = tests > 1 ? `, adjusted for ${tests} tests (${adjustment})` : '';
  const gates =
    gate === undefined
      ? []
      : [
          `### Gate ${gate.passed ? 'passed ✅' : 'failed ❌'}\n\n${gate.checks
            .slice(0, MAX_MARKDOWN_LINES)
            .map(({ passed, message }) => `- ${passed ? '✅' : '❌'} ${codeSpan(message)}`)
            .join('\n')}`,
        ];
  return [
    ...gates,
    ...parts,
    `Paired by record; a difference counts at ${formatShare(alpha)}${adjusted}.`,
  ];
}

const MARKS: Readonly<Record<Verdict, string>> = {
  better: '🟢',
  worse: '🔴',
  'cannot-tell': '⚪',
  'no-data': '⚪',
};

function formatVerdict(verdict: Verdict): string {
  return `${MARKS[verdict]} ${VERDICT_WORDS[verdict]}`;
}

function describeScores(summaries: readonly RunSummary[]): string[] {
  const systems = summaries.flatMap((summary, run) =>
    summary.systems.map((system) => ({ ...system, run })),
  );
  const names = systemNames(systems);
  const lines = systems.flatMap(({ metrics, corpus }, number) => [
    ...metrics.map((metric) => [
      codeSpan(names[number]!),
      codeSpan(metric.metric),
      formatMean(metric.mean, metric),
      formatInterval(metric.interval, metric),
      formatCount(metric.n),
      metric.errors > 0 ? `**${formatCount(metric.errors)}**` : '0',
    ]),
    ...corpus.map(({ evaluator, metric, value, interval, n }) => [
      codeSpan(names[number]!),
      codeSpan(`${evaluator} ${metric}`),
      formatMean(value, { scale: 'graded' }),
      formatInterval(interval, { scale: 'graded' }),
      formatCount(n),
      '',
    ]),
  ]);
  const titles = ['model', 'metric', 'mean', 'interval', 'n', 'errors'];
  const shown = lines.slice(0, MAX_MARKDOWN_LINES);
  const hidden = lines.length - shown.length;
  const intervals = systems.flatMap(({ metrics }) => metrics.map(({ interval }) => interval));
  return [
    `### Scores\n\n${markdownTable(titles, shown, [2, 3, 4, 5])}`,
    ...(hidden > 0 ? [`And ${formatItems(hidden, 'further line')}.`] : []),
    `${describeMethods(intervals, summaries[0]?.confidence ?? 0.95)}.`,
  ];
}

/** A comment shows neither images nor conversations, and says where they are. */
function describeExtras({
  attachments,
  transcript,
}: Record<'attachments' | 'transcript', number>): string[] {
  const parts = [
    ...(attachments === 0 ? [] : [`${formatItems(attachments, 'row')} with attachments`]),
    ...(transcript === 0 ? [] : [`${formatItems(transcript, 'row')} with a transcript`]),
  ];
  return parts.length === 0 ? [] : [`${parts.join(', ')}: the HTML report shows them.`];
}

function describeNotes(
  summaries: readonly RunSummary[],
  comparisons: readonly RunComparison[],
): string[] {
  const notes = uniqueNotes([...summaries, ...comparisons].map((each) => each.notes));
  return notes.length === 0
    ? []
    : [
        notes
          .slice(0, MAX_MARKDOWN_LINES)
          .map(({ message }) => `> ${codeSpan(message, 400)}`)
          .join('\n>\n'),
      ];
}
