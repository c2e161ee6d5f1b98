/** Places of records by group, in the order in which groups occur; records without one are left out. */
export function membersOf(groups: readonly (string | undefined)[]): Map<string, number[]> {
  const members = new Map<string, number[]>();
  for (const [place, group] of groups.entries()) {
    if (group === undefined) continue;
    const list = members.get(group);
    if (list === undefined) members.set(group, [place]);
    else list.push(place);
  }
  return members;
}
