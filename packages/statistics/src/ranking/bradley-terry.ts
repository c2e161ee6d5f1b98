import { requireCount } from '../arguments.js';
import { StatisticsError } from '../errors.js';
import { mean, sum } from '../moments.js';
import { type GameRow, type SystemName } from './games.js';
import { invert } from './invert.js';

/** Strengths of systems that were compared in pairs. */
export interface BradleyTerryResult {
  /** Natural logarithms of strengths, with a sum of 0: A beats B with probability 1 / (1 + exp(B − A)). */
  readonly abilities: ReadonlyMap<SystemName, number>;
  readonly stderr: ReadonlyMap<SystemName, number>;
  /** Difference of two abilities with its standard error. */
  contrast(a: SystemName, b: SystemName): { readonly estimate: number; readonly stderr: number };
}

/**
 * Bradley and Terry's model by maximum likelihood; a tie is half a win for each side.
 *
 * @throws {StatisticsError} `STATISTICS_TOO_FEW_SYSTEMS`; `STATISTICS_DISCONNECTED` if some are not connected to the others, not even through
 *   other systems; `STATISTICS_NO_FINITE_MLE` if a system, or a group of them, won or lost every game against the rest (Ford 1957).
 * @see Bradley and Terry (1952), doi:10.1093/biomet/39.3-4.324; Hunter (2004), doi:10.1214/aos/1079120141
 *
 * @example
 * ```ts
 * import { bradleyTerry } from '@testbench/statistics/ranking';
 *
 * const { abilities } = bradleyTerry([{ a: 'A', b: 'B', winsA: 7, winsB: 3 }]);
 * abilities.get('A')?.toFixed(4); // => '0.4236'
 * ```
 */
export function bradleyTerry(rows: readonly GameRow[]): BradleyTerryResult {
  const names = [...new Set(rows.flatMap(({ a, b }) => [a, b]))];
  const k = names.length;
  if (k < 2) fail('STATISTICS_TOO_FEW_SYSTEMS', 'there are fewer than two systems');
  const place = new Map(names.map((name, index) => [name, index]));
  const points = matrix(k);
  for (const { a, b, winsA, winsB, ties = 0 } of rows) {
    for (const count of [winsA, winsB, ties]) requireCount('number of games', count);
    const [i, j] = [place.get(a)!, place.get(b)!];
    points[i]![j]! += winsA + ties / 2;
    points[j]![i]! += winsB + ties / 2;
  }
  if (!reachesAll(k, (i, j) => points[i]![j]! + points[j]![i]! > 0)) {
    fail('STATISTICS_DISCONNECTED', 'some systems never met the others');
  }
  const beats = (i: number, j: number): boolean => points[i]![j]! > 0;
  if (!reachesAll(k, beats) || !reachesAll(k, (i, j) => beats(j, i))) {
    fail('STATISTICS_NO_FINITE_MLE', 'some systems won, or lost, every game against the others');
  }
  const abilities = maximize(points);
  const spread = pseudoInverse(information(points, abilities));
  const at = (name: SystemName): number => {
    const index = place.get(name);
    if (index === undefined) throw new RangeError(`Cannot compare: unknown system "${name}"`);
    return index;
  };
  return {
    abilities: new Map(names.map((name, i) => [name, abilities[i]!])),
    stderr: new Map(names.map((name, i) => [name, Math.sqrt(spread[i]![i]!)])),
    contrast(a, b) {
      const [i, j] = [at(a), at(b)];
      const variance = spread[i]![i]! + spread[j]![j]! - 2 * spread[i]![j]!;
      return { estimate: abilities[i]! - abilities[j]!, stderr: Math.sqrt(Math.max(0, variance)) };
    },
  };
}

/** By Newton's method, with steps that are halved until the likelihood does not decrease. */
function maximize(points: readonly (readonly number[])[]): number[] {
  let abilities = points.map(() => 0);
  let likelihood = logLikelihood(points, abilities);
  for (let round = 0; round < 500; round += 1) {
    const gradient = abilities.map((ability, i) =>
      sum(
        abilities.map((other, j) =>
          i === j
            ? 0
            : points[i]![j]! - (points[i]![j]! + points[j]![i]!) / (1 + Math.exp(other - ability)),
        ),
      ),
    );
    const inverse = pseudoInverse(information(points, abilities));
    const step = inverse.map((row) => sum(row.map((value, j) => value * gradient[j]!)));
    let size = 1;
    let next = abilities;
    let better = likelihood;
    for (; size > 1e-10; size /= 2) {
      next = abilities.map((ability, i) => ability + size * step[i]!);
      better = logLikelihood(points, next);
      if (better >= likelihood) break;
    }
    const centre = mean(next);
    next = next.map((ability) => ability - centre);
    const change = Math.max(...next.map((ability, i) => Math.abs(ability - abilities[i]!)));
    if (better >= likelihood) [abilities, likelihood] = [next, better];
    if (change < 1e-13 || better < likelihood) break;
  }
  return abilities;
}

function logLikelihood(
  points: readonly (readonly number[])[],
  abilities: readonly number[],
): number {
  let total = 0;
  for (const [i, row] of points.entries()) {
    for (const [j, won] of row.entries()) {
      if (won > 0) total -= won * softPlus(abilities[j]! - abilities[i]!);
    }
  }
  return total;
}

/** ln(1 + e^x) without overflow. */
function softPlus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** Fisher's information; its rows have a sum of 0. */
function information(
  points: readonly (readonly number[])[],
  abilities: readonly number[],
): number[][] {
  const k = points.length;
  const result = matrix(k);
  for (let i = 0; i < k; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const games = points[i]![j]! + points[j]![i]!;
      const p = 1 / (1 + Math.exp(abilities[j]! - abilities[i]!));
      const weight = games * p * (1 - p);
      result[i]![i]! += weight;
      result[j]![j]! += weight;
      result[i]![j]! -= weight;
      result[j]![i]! -= weight;
    }
  }
  return result;
}

/** Pseudoinverse of a matrix whose null space is the constant vectors: by adding and subtracting 1/k. */
function pseudoInverse(values: readonly (readonly number[])[]): number[][] {
  const k = values.length;
  return invert(values.map((row) => row.map((value) => value + 1 / k))).map((row) =>
    row.map((value) => value - 1 / k),
  );
}

function reachesAll(k: number, connects: (i: number, j: number) => boolean): boolean {
  const seen = new Set([0]);
  for (const i of seen) {
    for (let j = 0; j < k; j += 1) if (connects(i, j)) seen.add(j);
  }
  return seen.size === k;
}

function matrix(k: number): number[][] {
  return Array.from({ length: k }, () => Array.from({ length: k }, () => 0));
}

function fail(code: ConstructorParameters<typeof StatisticsError>[0], why: string): never {
  throw new StatisticsError(code, `Cannot rank systems: ${why}`);
}
