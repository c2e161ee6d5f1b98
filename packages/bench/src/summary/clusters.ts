import type { RecordColumns } from './record-columns.js';
import type { NameColumn } from './text-pool.js';
import { LEAST_CLUSTERS } from './limits.js';

/** Which records belong together. */
export interface Clusters {
  /** `group`, or the name of a column. */
  readonly by: string;
  /** A number for each record: records with the same number belong together. */
  readonly numbers: Uint32Array;
  /** How many there are. */
  readonly count: number;
}

/** How records are clustered: `auto`, `none`, `group`, or the name of a column that the rows keep. */
export type ClusterBy = string;

/**
 * The clusters of some records. `auto` takes the column `cluster`, or else the groups if there are enough of them: few groups are parts of the
 * data that are examined one by one, not a sample of groups.
 *
 * @returns undefined for independent records: without names, or each in a separate cluster.
 */
export function clustersOf(
  { groups, clusters }: Pick<RecordColumns, 'groups' | 'clusters'>,
  by: ClusterBy,
  column: string,
): Clusters | undefined {
  if (by === 'none') return undefined;
  if (by === 'group') return named('group', groups, 2);
  if (by !== 'auto') return named(by, clusters, 2);
  return named(column, clusters, 2) ?? named('group', groups, LEAST_CLUSTERS);
}

/** The clusters of some of the records, by their places. */
export function clustersAt({ by, numbers, count }: Clusters, places: ArrayLike<number>): Clusters {
  const chosen = new Uint32Array(places.length);
  for (let at = 0; at < places.length; at += 1) chosen[at] = numbers[places[at]!]!;
  return { by, numbers: chosen, count };
}

function named(by: string, names: NameColumn, least: number): Clusters | undefined {
  const { size } = names.pool;
  if (size === 0) return undefined;
  let count = size;
  // A record without a name forms a separate cluster.
  const numbers = names.numbers.map((number) => {
    if (number !== 0) return number;
    count += 1;
    return count;
  });
  return count < least || count === numbers.length ? undefined : { by, numbers, count };
}

/** Texts, numbers and booleans name clusters; other values do not. */
export function clusterName(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
