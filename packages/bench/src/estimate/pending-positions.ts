/** Positions of records, `to` not included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Records of a run whose rows do not exist yet. */
export interface PendingPositions {
  readonly count: number;
  readonly stretches: readonly Stretch[];
  /** This many of them, evenly spread, in order. */
  spread(wanted: number): number[];
}

/** @param stored Stretches whose rows exist, in order. @param count Number of records of the run. */
export function pendingPositions(stored: readonly Stretch[], count: number): PendingPositions {
  const stretches: Stretch[] = [];
  let end = 0;
  for (const { from, to } of stored) {
    if (from > end) stretches.push({ from: end, to: from });
    end = to;
  }
  if (count > end) stretches.push({ from: end, to: count });
  const pending = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    count: pending,
    stretches,
    spread(wanted) {
      const positions: number[] = [];
      let stretch = 0;
      let before = 0;
      for (let taken = 0; taken < wanted; taken += 1) {
        // The middle of the part that this record represents.
        const nth = Math.floor(((taken + 0.5) * pending) / wanted);
        while (nth >= before + lengthOf(stretches[stretch]!)) {
          before += lengthOf(stretches[stretch]!);
          stretch += 1;
        }
        positions.push(stretches[stretch]!.from + nth - before);
      }
      return positions;
    },
  };
}

function lengthOf({ from, to }: Stretch): number {
  return to - from;
}
