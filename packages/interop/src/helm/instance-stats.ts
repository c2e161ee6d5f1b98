import type { JsonPlace } from '../json/json-place.js';
import { parseJson } from '../json/parse-json.js';
import { readBytes } from '../json/read-file.js';
import { splitJson } from '../json/split-json.js';
import type { StatedMean } from '../read-run.js';
import { groupOf, instanceKey } from './instance-key.js';

/** Stats that count and time requests; none says how good an answer is. */
const BOOKKEEPING =
  /^(?:num_|training_|inference_|finish_reason_|batch_size$|prompt_truncated$|logprob$|max_prob$|predicted_index$|estimated_num_tokens|runtime|(?:normalized_)?inference|denoised_)/;

/** The stats of one instance in one trial. */
export interface InstanceStats {
  /** Scores by metric. */
  readonly values: Readonly<Record<string, number | null>>;
  /** All stats by name. */
  readonly all: ReadonlyMap<string, number>;
}

/** Stats of instances by `statsKey`. */
export async function readInstanceStats(file: string): Promise<ReadonlyMap<string, InstanceStats>> {
  const found = new Map<
    string,
    { values: Record<string, number | null>; all: Map<string, number> }
  >();
  for await (const piece of splitJson(readBytes(file), undefined, file)) {
    if (piece.kind === 'rest') {
      const rest = parseJson(piece.text, file);
      if (!rest.isList) throw rest.wrong('a list');
      continue;
    }
    const entry = parseJson(piece.text, file, `[${piece.index}]`);
    const key = statsKey(
      instanceKey(entry.at('instance_id'), entry.at('perturbation')),
      entry.at('train_trial_index').number() ?? 0,
    );
    const stats = found.get(key) ?? { values: {}, all: new Map<string, number>() };
    for (const stat of entry.at('stats').list()) {
      const name = nameOf(stat);
      const mean = meanOf(stat);
      if (mean !== undefined) stats.all.set(name, mean);
      if (!BOOKKEEPING.test(name) && name !== '__proto__') stats.values[name] = mean ?? null;
    }
    found.set(key, stats);
  }
  return found;
}

/** Identifies an instance in a trial. */
export function statsKey(instance: string, trial: number): string {
  return `${trial} ${instance}`;
}

/** The totals of a run: means over its instances by group. */
export function statedMeans(stats: JsonPlace): StatedMean[] {
  return stats.list().flatMap((stat) => {
    const name = nameOf(stat);
    const about = stat.at('name');
    const computedOn = about.at('perturbation').at('computed_on').value;
    // What perturbations cost is derived from several instances.
    if (BOOKKEEPING.test(name) || (computedOn !== undefined && computedOn !== 'perturbed'))
      return [];
    const value = meanOf(stat);
    const group = groupOf(about);
    if (value === undefined) return [];
    return [{ metric: name, name: 'mean', value, ...(group === undefined ? {} : { group }) }];
  });
}

function nameOf(stat: JsonPlace): string {
  const name = stat.at('name').at('name').text();
  return name === undefined || name === '' ? stat.at('name').reject('an object with a name') : name;
}

function meanOf(stat: JsonPlace): number | undefined {
  const count = stat.at('count').number() ?? 0;
  if (count === 0) return undefined;
  const { value: mean } = stat.at('mean');
  if (typeof mean === 'number') return mean;
  const { value: sum } = stat.at('sum');
  return typeof sum === 'number' ? sum / count : undefined;
}
