import { basename } from 'node:path';

import type { JsonPlace } from '../json/json-place.js';
import type { TaskFiles } from './read-task.js';

/** `samples_<task>_<date>.jsonl`; early versions put more before it. */
const SAMPLES = /(?:^|_)samples_(.+)\.jsonl?$/;
const DATE = /_(\d{4}-\d\d-\d\dT[\d.:-]+)$/;

/** The task in the name of a samples file, and its date; undefined for other files. */
export function samplesOf(file: string): { task: string; date?: string } | undefined {
  const name = SAMPLES.exec(basename(file))?.[1];
  if (name === undefined) return undefined;
  const date = DATE.exec(name)?.[1];
  if (date === undefined) return { task: name };
  return { task: name.slice(0, -date.length - 1), date };
}

/** The tasks of samples files, each with the results that it belongs to: those with its task, and of several those with its date. */
export function findTasks(
  samplesFiles: readonly string[],
  results: readonly JsonPlace[],
): TaskFiles[] {
  return samplesFiles.map((samplesFile) => {
    const { task, date } = samplesOf(samplesFile) ?? { task: undefined };
    const name = task ?? basename(samplesFile).replace(/\.jsonl?$/, '');
    const known = results.filter((each) => !each.at('results').at(name).isMissing);
    const dated = known.find((each) => date !== undefined && each.file.includes(date));
    const found = dated ?? (known.length === 1 ? known[0] : undefined);
    return { task: name, samplesFile, ...(found === undefined ? {} : { results: found }) };
  });
}
