import type { ReportedRun } from '../reporter.js';
import type { NamedSystem } from '../text/system-names.js';

/** Version of the written schema. */
export const SCHEMA_VERSION = '0.3.0';

/** Id of one system of one run, in the form that the schema recommends: benchmark, model, time; and anything else that distinguishes systems. */
export function evaluationId(
  { plan, run, writtenAt }: ReportedRun,
  { prompt, provider, model }: NamedSystem,
): string {
  return [plan.name, model, epochSeconds(writtenAt), run, provider, prompt].join('/');
}

/** Id of one number of a system. */
export function resultId(evaluation: string, metric: string): string {
  return `${evaluation}#${metric}`;
}

export function epochSeconds(time: string): string {
  return String(Math.floor(Date.parse(time) / 1000));
}
