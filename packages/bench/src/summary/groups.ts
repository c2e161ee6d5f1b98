import { MAX_GROUPS } from './limits.js';
import type { NameColumn } from './text-pool.js';

/** The records of one group. */
export interface GroupMembers {
  readonly group: string;
  /** Their positions among the chosen places, not the places themselves. */
  readonly positions: readonly number[];
}

/**
 * The first 1,000 groups of some records, in the order in which they occur; records without one are left out.
 *
 * @param places Places of the records. @default all records
 */
export function groupsOf(groups: NameColumn, places?: ArrayLike<number>): GroupMembers[] {
  const { numbers } = groups;
  const length = places?.length ?? numbers.length;
  const members = new Map<number, number[]>();
  for (let position = 0; position < length; position += 1) {
    const number = numbers[places?.[position] ?? position]!;
    if (number === 0) continue;
    const found = members.get(number);
    if (found !== undefined) found.push(position);
    else if (members.size < MAX_GROUPS) members.set(number, [position]);
  }
  return [...members].map(([number, positions]) => ({ group: groups.pool.at(number)!, positions }));
}
