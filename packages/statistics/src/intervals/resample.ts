import { requireCount } from '../arguments.js';
import { seededIntegers } from '../random.js';
import { LIST, numberFrom, readOptions, wholeNumberFrom } from '../options.js';

/** Options for drawing resamples. */
export interface ResampleOptions {
  /** Number of resamples. @default 2000 */
  readonly count?: number;
  /** The same seed gives the same resamples everywhere. @default 0 */
  readonly seed?: number;
  /** Clusters of records: whole clusters are drawn then. */
  readonly clusters?: readonly (string | number)[];
}

/**
 * Draws records with replacement, repeatedly, for {@link bootstrapInterval}; each resample is a list of indices, in memory that is
 * reused for the next.
 *
 * @param n Number of records.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 */
export function resample(
  n: number,
  options?: ResampleOptions,
): Generator<ArrayLike<number>, void, void> {
  const {
    count = 2000,
    seed = 0,
    clusters,
  } = readOptions(options, {
    count: wholeNumberFrom(1),
    seed: numberFrom(0),
    clusters: LIST,
  });
  requireCount('n', n, 1);
  return draw(n, count, seededIntegers(seed), clusters);
}

function* draw(
  n: number,
  count: number,
  below: (bound: number) => number,
  clusters: ResampleOptions['clusters'],
): Generator<ArrayLike<number>, void, void> {
  if (clusters === undefined) {
    const indices = new Uint32Array(n);
    for (let round = 0; round < count; round += 1) {
      for (let k = 0; k < n; k += 1) indices[k] = below(n);
      yield indices;
    }
    return;
  }
  const groups = new Map<string | number, number[]>();
  for (const [index, name] of clusters.entries()) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [index]);
    else group.push(index);
  }
  const members = [...groups.values()];
  for (let round = 0; round < count; round += 1) {
    yield members.flatMap(() => members[below(members.length)]!);
  }
}
