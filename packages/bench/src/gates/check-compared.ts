import type { GateCheck } from '../compare/run-comparison.js';
import type { SystemName } from '../results/score-board.js';

/** Maximum number of names in a message. */
const MAX_NAMED = 5;

/**
 * Checks that the second run has everything that the first has: for missing parts, a loss cannot be excluded.
 *
 * @returns Empty if it has.
 */
export function checkCompared(
  systems: readonly SystemName[],
  metrics: readonly string[],
): GateCheck[] {
  const value = systems.length + metrics.length;
  if (value === 0) return [];
  const named = [...systems.map(({ model }) => model), ...metrics].slice(0, MAX_NAMED);
  const more = value > named.length ? ', …' : '';
  const message = `The run lacks what it is compared with: ${named.join(', ')}${more}; choose what to compare, or create a new baseline`;
  return [{ check: 'not-compared', passed: false, value, limit: 0, message }];
}
