import type { StoredRun } from '@testbench/bench/results';
import { type RunComparison, type RunSummary, summariseRun } from '@testbench/bench/statistics';
import type { OutputInput } from '@testbench/core/files';
import { createReporter, type ReportOutput } from '@testbench/report';

import type { CliIo } from './cli-io.js';
import { renderComparison } from './render/render-comparison.js';
import { renderGate } from './render/render-gate.js';
import { createStyle } from './render/style.js';
import { writeJson } from './render/write-json.js';
import { writeReport } from './write-report.js';

/** Forms of a comparison. */
export type ComparisonFormat = 'text' | 'md' | 'junit' | 'json';

/** How a comparison is written. */
interface WrittenComparison {
  readonly io: CliIo;
  readonly format: ComparisonFormat;
  /** A file; the tables then also go to stdout. */
  readonly output: string | undefined;
  /** Files that must not be replaced. */
  readonly inputs: readonly OutputInput[];
  /** Maximum changed records in each direction. */
  readonly flips: number;
}

/** Writes a comparison in the form that was chosen. */
export async function writeComparison(
  comparison: RunComparison,
  after: StoredRun,
  { io, format, output, inputs, flips }: WrittenComparison,
): Promise<void> {
  if (format !== 'text') {
    const work = async (target: ReportOutput): Promise<void> => {
      if (format === 'json') {
        const parts: string[] = [];
        writeJson({ write: (text) => parts.push(text) }, comparison);
        await target.write(parts.join(''));
        return;
      }
      const reporter = createReporter(format, target);
      const { run, digest, records, isComplete, plan, summary } = after;
      const writtenAt = after.writtenAt.toISOString();
      await reporter.start?.([{ run, digest, records, isComplete, plan, writtenAt, summary }]);
      const summaries = [await summariseCompared(comparison, after)];
      await reporter.end({ summaries, comparisons: [comparison] });
    };
    await writeReport(io, output, work, inputs);
    if (output === undefined) return;
  }
  const style = createStyle(io.stdout, io.env);
  io.stdout.write(`${renderComparison(comparison, flips, style)}\n`);
  if (comparison.gate !== undefined) io.stdout.write(`\n${renderGate(comparison.gate, style)}\n`);
}

/** The figures of the compared run only. */
export async function summariseCompared(
  { pairs }: RunComparison,
  after: StoredRun,
): Promise<RunSummary> {
  const summary = await summariseRun(after);
  const compared = new Set(pairs.map(({ b }) => keyOf(b)));
  return { ...summary, systems: summary.systems.filter((system) => compared.has(keyOf(system))) };
}

function keyOf({ prompt, provider, model }: RunComparison['pairs'][number]['b']): string {
  return JSON.stringify([prompt, provider, model]);
}
