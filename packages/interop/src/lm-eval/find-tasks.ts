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

/** The date in the name of a results file. */
const RESULTS_DATE = /results_(\d{4}-\d\d-\d\dT[\d.:-]+)\.json$/;

/** The samples files among files: by their names, or, as early versions named them, by the tasks of the results. */
export function findSamples(files: readonly string[], results: readonly JsonPlace[]): string[] {
  return files.filter(
    (file) => samplesOf(file) !== undefined || earlyTask(file, results) !== undefined,
  );
}

/** The tasks of samples files, each with the results that it belongs to: those with its task, and of several those with its date. */
export function findTasks(
  samplesFiles: readonly string[],
  results: readonly JsonPlace[],
): TaskFiles[] {
  return samplesFiles.map((samplesFile) => {
    const { task, date } = samplesOf(samplesFile) ?? {
      task: earlyTask(samplesFile, results),
      date: undefined,
    };
    const name = task ?? basename(samplesFile).replace(/\.jsonl?$/, '');
    const known = results.filter((each) => !each.at('results').at(name).isMissing);
    const dated = known.filter((each) => isOfDate(each, date));
    const [found] = dated;
    if (found !== undefined && dated.length === 1) {
      return { task: name, samplesFile, results: found };
    }
    if (known.length === 0) return { task: name, samplesFile };
    const note =
      'it is unclear which of the results next to it are its own: totals are not compared, and the model is unknown';
    return { task: name, samplesFile, notes: [note] };
  });
}

/** Tells of results whose tasks have samples only in part: otherwise a task would be missing without a word. */
export function tellMissing(tasks: readonly TaskFiles[]): TaskFiles[] {
  const told = new Set<JsonPlace>();
  return tasks.map((found) => {
    const { results: own } = found;
    if (own === undefined || told.has(own)) return found;
    told.add(own);
    const names = new Set(tasks.filter((each) => each.results === own).map(({ task }) => task));
    // Groups of tasks have results, but no configuration.
    const missing = own
      .at('configs')
      .entries()
      .map(([name]) => name)
      .filter((name) => !names.has(name) && !own.at('results').at(name).isMissing);
    if (missing.length === 0) return found;
    const note = `its results also have totals of tasks without samples, which are not imported: ${missing.slice(0, 20).join(', ')}`;
    return { ...found, notes: [...(found.notes ?? []), note] };
  });
}

/** `<arguments of the model>_<task>.jsonl`: the longest task whose name fits. */
function earlyTask(file: string, results: readonly JsonPlace[]): string | undefined {
  const name = basename(file);
  if (!name.endsWith('.jsonl')) return undefined;
  const tasks = results.flatMap((each) =>
    each
      .at('results')
      .entries()
      .map(([task]) => task),
  );
  return tasks
    .filter((task) => name.endsWith(`_${task}.jsonl`) || name === `${task}.jsonl`)
    .toSorted((one, other) => other.length - one.length)[0];
}

/** False for results of another date; those without a date in their name may be of any. */
function isOfDate({ file }: JsonPlace, date: string | undefined): boolean {
  const own = RESULTS_DATE.exec(basename(file))?.[1];
  return date === undefined || own === undefined || own === date;
}
