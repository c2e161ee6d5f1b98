import { completePairs } from '../arguments.js';
import { StatisticsError } from '../errors.js';
import { orNull, sum, tally } from '../moments.js';
import { categoriesOf, type Label } from '../labels.js';
import { LIST, oneOf, readOptions } from '../options.js';

/** Relative weight of one wrong category. */
export type KappaWeights = 'none' | 'linear' | 'quadratic';

/** Cohen's kappa of two raters. */
export interface KappaResult {
  /** Items that both raters rated. */
  readonly n: number;
  /** Null if both use a single, identical category throughout. */
  readonly kappa: number | null;
  /** Share of items on which they agree; only without weights. */
  readonly observed?: number | null;
  /** Share on which they would agree by chance, from their base rates; only without weights. */
  readonly expected?: number | null;
  /** Asymptotic standard error; only without weights. */
  readonly stderr?: number | null;
}

/**
 * Cohen's kappa: agreement of two raters beyond the chance agreement from their base rates. Show it together with the base rates: high agreement on
 * labels, one of which is rare, can go with a kappa near zero.
 *
 * @param a Labels by item; null for none.
 * @param options.labels The categories in their order, which matters for weights. @default the sorted labels that occur
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 * @see Cohen (1960), doi:10.1177/001316446002000104; Cohen (1968) for weights; Fleiss, Cohen and Everitt (1969) for the error
 *
 * @example
 * ```ts
 * import { cohenKappa } from '@testbench/statistics/agreement';
 *
 * cohenKappa([1, 1, 0, 1], [1, 0, 0, 1]).kappa; // => 0.5
 * ```
 */
export function cohenKappa(
  a: readonly (Label | null)[],
  b: readonly (Label | null)[],
  options?: { readonly weights?: KappaWeights; readonly labels?: readonly Label[] },
): KappaResult {
  const { weights = 'none', labels: known } = readOptions(options, {
    weights: oneOf('none', 'linear', 'quadratic'),
    labels: LIST,
  });
  const pairs = completePairs(a, b);
  const n = pairs.a.length;
  const labels = known ?? categoriesOf([...pairs.a, ...pairs.b]);
  const place = new Map(labels.map((label, index) => [label, index]));
  const k = labels.length;
  const cells = labels.map(() => labels.map(() => 0));
  let rated = 0;
  for (const [index, left] of pairs.a.entries()) {
    const [i, j] = [place.get(left), place.get(pairs.b[index]!)];
    if (i === undefined || j === undefined) continue;
    cells[i]![j]! += 1;
    rated += 1;
  }
  const rows = cells.map((row) => sum(row) / rated);
  const columns = labels.map((_, j) => sum(cells.map((row) => row[j]!)) / rated);
  const weight = (i: number, j: number): number => {
    if (weights === 'none') return i === j ? 0 : 1;
    return weights === 'linear' ? Math.abs(i - j) : (i - j) ** 2;
  };
  let disagreement = 0;
  let byChance = 0;
  for (let i = 0; i < k; i += 1) {
    for (let j = 0; j < k; j += 1) {
      disagreement += (weight(i, j) * cells[i]![j]!) / rated;
      byChance += weight(i, j) * rows[i]! * columns[j]!;
    }
  }
  const kappa = byChance === 0 ? null : orNull(1 - disagreement / byChance);
  if (weights !== 'none') return { n, kappa };
  const observed = orNull(sum(cells.map((row, i) => row[i]!)) / rated);
  const expected = rated === 0 ? null : sum(rows.map((share, i) => share * columns[i]!));
  const stderr = kappa === null ? null : kappaError(cells, rated, { rows, columns, kappa });
  return { n, kappa, observed, expected, stderr };
}

function kappaError(
  cells: readonly (readonly number[])[],
  n: number,
  facts: {
    readonly rows: readonly number[];
    readonly columns: readonly number[];
    readonly kappa: number;
  },
): number | null {
  const { rows, columns, kappa } = facts;
  const chance = sum(rows.map((share, i) => share * columns[i]!));
  let onDiagonal = 0;
  let weighted = 0;
  for (const [i, row] of cells.entries()) {
    for (const [j, count] of row.entries()) {
      const share = count / n;
      if (i === j) onDiagonal += share * (1 - (rows[i]! + columns[i]!) * (1 - kappa)) ** 2;
      else weighted += share * (columns[i]! + rows[j]!) ** 2;
    }
  }
  const last = (kappa - chance * (1 - kappa)) ** 2;
  const variance = (onDiagonal + (1 - kappa) ** 2 * weighted - last) / (n * (1 - chance) ** 2);
  return orNull(Math.sqrt(Math.max(0, variance)));
}

/** Plain agreement of two raters, with the base rates of each. */
export interface PercentAgreement {
  readonly n: number;
  readonly agreement: number | null;
  /** Agreement expected by chance alone. */
  readonly expected: number | null;
  /** Share of each label, by rater. */
  readonly baseRateA: ReadonlyMap<Label, number>;
  readonly baseRateB: ReadonlyMap<Label, number>;
}

/**
 * Share of items on which two raters agree, with their base rates.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 */
export function percentAgreement(
  a: readonly (Label | null)[],
  b: readonly (Label | null)[],
): PercentAgreement {
  const pairs = completePairs(a, b);
  const n = pairs.a.length;
  const labels = categoriesOf([...pairs.a, ...pairs.b]);
  const rates = (side: readonly Label[]): Map<Label, number> => {
    const counts = tally(side);
    return new Map(labels.map((label) => [label, (counts.get(label) ?? 0) / n]));
  };
  const [baseRateA, baseRateB] = [rates(pairs.a), rates(pairs.b)];
  const same = pairs.a.filter((label, index) => label === pairs.b[index]).length;
  return {
    n,
    agreement: orNull(same / n),
    expected: n === 0 ? null : sum(labels.map((l) => baseRateA.get(l)! * baseRateB.get(l)!)),
    baseRateA,
    baseRateB,
  };
}

/**
 * Fleiss' kappa of many raters, with the same number of raters for every item.
 *
 * @param counts For each item, how many raters chose each category.
 * @returns Null if only one category is used.
 * @throws {StatisticsError} `STATISTICS_UNEQUAL_RATERS`.
 * @see Fleiss (1971), doi:10.1037/h0031619
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const raters = counts.map((row) => sum(row));
  if (raters.some((number) => number !== raters[0])) {
    throw new StatisticsError(
      'STATISTICS_UNEQUAL_RATERS',
      "Cannot compute Fleiss' kappa: items have different numbers of raters",
    );
  }
  const m = raters[0] ?? 0;
  const observed =
    sum(counts.map((row) => (sum(row.map((c) => c * c)) - m) / (m * (m - 1)))) / counts.length;
  const shares = (counts[0] ?? []).map(
    (_, j) => sum(counts.map((row) => row[j] ?? 0)) / (counts.length * m),
  );
  const expected = sum(shares.map((share) => share * share));
  return shares.filter((share) => share > 0).length < 2
    ? null
    : orNull((observed - expected) / (1 - expected));
}

/** Gwet's first agreement coefficient. */
export interface GwetResult {
  /** Null for one category. */
  readonly ac1: number | null;
  readonly observed: number | null;
  readonly expected: number | null;
}

/**
 * Gwet's AC1: agreement of any number of raters beyond chance, which unlike kappa does not collapse when one label is rare.
 *
 * @param units For each item, the labels that its raters gave; null for none.
 * @param options.labels All categories. @default those that occur
 * @see Gwet (2008), doi:10.1348/000711006X126600
 */
export function gwetAc1(
  units: readonly (readonly (Label | null)[])[],
  options?: { readonly labels?: readonly Label[] },
): GwetResult {
  const { labels: known } = readOptions(options, { labels: LIST });
  const rated = units
    .map((unit) => unit.filter((label): label is Label => label !== null))
    .filter((unit) => unit.length > 0);
  const labels = known ?? categoriesOf(rated.flat());
  const q = labels.length;
  const pairable = rated.filter((unit) => unit.length > 1);
  const observed =
    sum(
      pairable.map((unit) => {
        const r = unit.length;
        return sum([...tally(unit).values()].map((c) => (c * (c - 1)) / (r * (r - 1))));
      }),
    ) / pairable.length;
  const shares = labels.map(
    (label) =>
      sum(rated.map((unit) => unit.filter((given) => given === label).length / unit.length)) /
      rated.length,
  );
  const expected = q < 2 ? Number.NaN : sum(shares.map((s) => s * (1 - s))) / (q - 1);
  return {
    ac1: orNull((observed - expected) / (1 - expected)),
    observed: orNull(observed),
    expected: orNull(expected),
  };
}
