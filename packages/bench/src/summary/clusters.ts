import type { RecordColumns } from './score-table.js';
import { LEAST_CLUSTERS } from './limits.js';

/** Which records belong together. */
export interface Clusters {
  /** `group`, or the name of a column. */
  readonly by: string;
  /** A name for each record. */
  readonly names: readonly string[];
  /** How many there are. */
  readonly count: number;
}

/** By what records are clustered: `auto`, `none`, `group`, or the name of a column that the rows keep. */
export type ClusterBy = string;

/**
 * The clusters of some records. `auto` takes the column `cluster`, or else the groups if there are enough of them: fewer are parts of the
 * data that are looked at one by one, and no sample of groups.
 *
 * @returns undefined for records that are independent: no names, or a cluster each.
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

function named(
  by: string,
  names: readonly (string | undefined)[],
  least: number,
): Clusters | undefined {
  if (names.every((name) => name === undefined)) return undefined;
  // A record without a name is a cluster of its own; the prefix keeps it apart from names.
  const found = names.map((name, place) => (name === undefined ? `record ${place}` : `:${name}`));
  const count = new Set(found).size;
  return count < least || count === found.length ? undefined : { by, names: found, count };
}
