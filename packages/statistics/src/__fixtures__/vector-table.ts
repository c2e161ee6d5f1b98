/* oxlint-disable typescript/no-explicit-any -- Shapes come from files. */
import * as agreement from '../agreement/index.js';
import * as classification from '../classification/index.js';
import * as distributions from '../distributions/index.js';
import * as statistics from '../index.js';
import { clusteredInterval } from '../intervals/clustered-interval.js';
import { mean } from '../moments.js';
import * as power from '../power/index.js';
import * as ranking from '../ranking/index.js';
import * as trials from '../trials/index.js';

/** One or several numbers computed by a reference implementation. */
export interface Vector {
  readonly id: string;
  readonly inputs: Record<string, any>;
  readonly options: Record<string, any>;
  readonly expected: unknown;
  readonly tolerance: number;
}

type Compute = (inputs: Vector['inputs'], options: Vector['options']) => unknown;

const games = (pairs: readonly [string, string, number, number, number][]) =>
  pairs.map(([a, b, winsA, winsB, ties]) => ({ a, b, winsA, winsB, ties }));
const numbersOf = (map: ReadonlyMap<unknown, unknown>) =>
  Object.fromEntries(Array.from(map, ([name, value]) => [String(name), value]));
/** Values of an evaluation's labels, using inspect_ai's names. */
const scored = (values: readonly any[], labels: Record<string, number> = {}) =>
  values.map((value) => (typeof value === 'string' ? labels[value]! : value));

function power2(inputs: Vector['inputs'], options: Vector['options']) {
  const { test, method, ratio } = options;
  if (test === 'miller_n') {
    const { omega2, sigma2_a: sigma2A, sigma2_b: sigma2B, k_a: kA, k_b: kB } = inputs;
    return { test: 'repeated_questions', omega2, sigma2A, sigma2B, kA, kB } as const;
  }
  const { sd, sd_a: sdA, sd_b: sdB } = inputs;
  const sds = sdA === undefined ? { sd } : { sdA, sdB };
  return { test, method, ...(ratio === undefined ? {} : { ratio }), ...sds } as power.PowerDesign;
}

/** Vectors of statistics.json, which follows inspect_ai: no uncertainty for one cluster, full agreement if all values are equal. */
const BY_INSPECT: Record<string, Compute> = {
  krippendorff_alpha: ({ units }, { level }) => agreement.krippendorffAlpha(units, { level }) ?? 1,
  clustered_stderr: ({ values, clusters }) => clusteredInterval(values, clusters).stderr ?? 0,
};

const COMPUTE: Record<string, Compute> = {
  // From statistics.json.
  mean: ({ values }, { labels }) => mean(scored(values, labels)),
  t_inv_cdf: ({ p, df }) => distributions.studentQuantile(p, df),
  wilson95: ({ successes, n }) => statistics.proportionInterval(successes, n),
  // Building blocks.
  norm_ppf: ({ p }) => distributions.normalQuantile(p),
  t_ppf: ({ p, df }) => distributions.studentQuantile(p, df),
  t_sf2: ({ t, df }) => distributions.studentTwoSided(t, df),
  chi2_sf: ({ x, df }) => distributions.chiSquareUpperTail(x, df),
  beta_ppf: ({ p, a, b }) => distributions.betaQuantile(p, a, b),
  binom_cdf: ({ k, n, p }) => distributions.binomialLowerTail(k, n, p),
  hypergeom_sf: ({ k, N, K, n }) =>
    distributions.hypergeometricUpperTail(k, { population: N, good: K, drawn: n }),
  // Intervals.
  mean_ci: ({ values }, { method, confidence }) =>
    statistics.meanInterval(values, { method, confidence }),
  clustered_se: ({ values, clusters, clusters2 }, { correction }) => {
    const result = statistics.clusteredInterval(values, clusters, {
      correction,
      ...(clusters2 === undefined ? {} : { clusters2 }),
    });
    return {
      ...result,
      clusters: clusters2 === undefined ? result.clusters : result.clustersEach,
      design_effect: result.designEffect,
    };
  },
  clustered_ci: ({ values, clusters }, { correction, method, confidence }) =>
    statistics.clusteredInterval(values, clusters, { correction, method, confidence }),
  proportion_ci: ({ successes, n }, { method, confidence }) =>
    statistics.proportionInterval(successes, n, { method, confidence }),
  bootstrap_ci: (inputs, { statistic, method, confidence }) => {
    const { values, num, den, a, b, resamples } = inputs;
    const data =
      statistic === 'ratio_of_sums'
        ? { values: num, denominators: den }
        : { values: values ?? a.map((value: number, k: number) => value - b[k]) };
    return statistics.bootstrapInterval(data, { method, confidence, resamples });
  },
  quantile: ({ values }, { p }) => statistics.quantile(values, p),
  latency_summary: ({ values }) => statistics.latencySummary(values),
  geometric_mean: ({ values }) => statistics.geometricMean(values),
  trimmed_mean: ({ values }, { proportion }) => statistics.trimmedMean(values, proportion),
  // Comparisons.
  paired_t: ({ a, b }, { confidence }) => paired(statistics.pairedDifference(a, b, { confidence })),
  paired_ci: ({ a, b }, { method, confidence }) =>
    paired(statistics.pairedDifference(a, b, { method, confidence })),
  wilcoxon: ({ a, b }, { zero_method: zeroMethod, mode, correction }) => {
    const options = { zeroMethod, mode, ...(correction === undefined ? {} : { correction }) };
    const { nNonzero, wPlus, wMinus, ...rest } = statistics.wilcoxonTest(a, b, options);
    return { ...rest, n_nonzero: nNonzero, w_plus: wPlus, w_minus: wMinus };
  },
  sign_test: ({ a, b }) => {
    const { positive, negative, ties, p } = statistics.signTest(a, b);
    return { n_pos: positive, n_neg: negative, n_ties: ties, p };
  },
  mcnemar: ({ a, b, n10, n01 }, { method }) => {
    const result = statistics.mcnemarTest(
      a === undefined ? { n10, n01 } : statistics.discordantPairs(a, b),
      { method },
    );
    return { ...result, chi2: result.statistic };
  },
  clustered_paired_diff: ({ a, b, clusters }, { correction }) => {
    const { mean: difference, ...rest } = statistics.clusteredDifference(a, b, clusters, {
      correction,
    });
    return { ...rest, mean_diff: difference };
  },
  pairing_gain: ({ a, b }) => {
    const gain = statistics.pairingGain(a, b);
    return {
      ...gain,
      stderr_paired: gain.stderrPaired,
      stderr_unpaired: gain.stderrUnpaired,
      variance_reduction: gain.varianceReduction,
    };
  },
  welch_t: ({ a, b }, { confidence }) => {
    const { nA, nB, meanDifference, ...rest } = statistics.welchTest(a, b, { confidence });
    return { ...rest, n_a: nA, n_b: nB, mean_diff: meanDifference };
  },
  two_proportion_z: (inputs, { variance }) =>
    statistics.twoProportionTest(proportions(inputs), { variance }),
  newcombe: (inputs, { confidence }) =>
    statistics.newcombeInterval(proportions(inputs), { confidence }),
  fisher: ({ table }, { alternative }) => {
    const { p, oddsRatio } = statistics.fisherTest(table, { alternative });
    return { p, odds_ratio: oddsRatio };
  },
  p_adjust: ({ p }, { method, alpha }) => statistics.adjustPValues(p, { method, alpha }),
  // Agreement.
  cohen_kappa: ({ a, b }, { weights, labels }) => {
    const result = agreement.cohenKappa(a, b, { weights, ...(labels && { labels }) });
    return { ...result, se: result.stderr };
  },
  percent_agreement: ({ a, b }) => {
    const { baseRateA, baseRateB, ...rest } = agreement.percentAgreement(a, b);
    return { ...rest, base_rate_a: numbersOf(baseRateA), base_rate_b: numbersOf(baseRateB) };
  },
  fleiss_kappa: ({ counts }) => ({ kappa: agreement.fleissKappa(counts) }),
  krippendorff_alpha: ({ units }, { level }) => ({
    alpha: agreement.krippendorffAlpha(units, { level }),
  }),
  gwet_ac1: ({ units }, { labels }) => agreement.gwetAc1(units, { ...(labels && { labels }) }),
  pearson: ({ a, b }, { confidence }) => agreement.pearsonCorrelation(a, b, { confidence }),
  spearman: ({ a, b }, { confidence }) => agreement.spearmanCorrelation(a, b, { confidence }),
  kendall: ({ a, b }, { confidence, p_method: p }) =>
    agreement.kendallCorrelation(a, b, { confidence, p }),
  // Rankings.
  bradley_terry: ({ pairs }, { scale }) => {
    const result = ranking.bradleyTerry(games(pairs));
    if (scale === 'elo') return { elo: numbersOf(ranking.abilitiesToElo(result.abilities)) };
    const names = [...result.abilities.keys()];
    const contrasts = names.flatMap((a) =>
      names.map((b) => {
        const { estimate, stderr } = result.contrast(a, b);
        return [`${a}-${b}`, { estimate, se: stderr }];
      }),
    );
    return {
      abilities: numbersOf(result.abilities),
      se: numbersOf(result.stderr),
      contrasts: Object.fromEntries(contrasts),
    };
  },
  win_rate: ({ pairs }, { confidence }) =>
    numbersOf(ranking.winRates(games(pairs), { confidence })),
  elo_to_prob: ({ rating_a: a, rating_b: b }) => ranking.eloToProbability(a, b),
  elo_to_bt: ({ rating_a: a, rating_b: b }) => ranking.eloToAbility(a, b),
  // Classification.
  classification_report: ({ y_true: truth, y_pred: predicted }, { labels }) => {
    const report = classification.classificationReport(truth, predicted, {
      ...(labels && { labels }),
    });
    const { perClass, balancedAccuracy, ...rest } = report;
    return { ...rest, balanced_accuracy: balancedAccuracy, per_class: numbersOf(perClass) };
  },
  roc_auc: ({ y_true: truth, score }) => classification.rocAuc(truth, score),
  average_precision: ({ y_true: truth, score }) => classification.averagePrecision(truth, score),
  brier: ({ y_true: truth, prob }) => classification.brierScore(truth, prob),
  brier_multiclass: ({ y_true: truth, prob }, { labels }) =>
    classification.multiclassBrierScore(truth, prob, labels),
  log_loss: ({ y_true: truth, prob }, { labels }) => classification.logLoss(truth, prob, labels),
  ece: ({ confidence, correct }, { n_bins: bins, closed }) =>
    classification.calibrationError(confidence, correct, { bins, closed }),
  // Repeated trials.
  reduce: ({ values }, { reducer }) => trials.reduceTrials(values, reducer),
  reduce_then_mean: ({ records }, { reducer }) => {
    const reduced = records.map((values: any[]) => trials.reduceTrials(values, reducer));
    const { mean: centre, stderr } = statistics.meanInterval(reduced);
    return { reduced, mean: centre, stderr };
  },
  pass_at_k: ({ n, c, k }) => trials.passAtK({ n, c }, k),
  pass_hat_k: ({ n, c, k }) => trials.passHatK({ n, c }, k),
  at_least_m_of_k: ({ n, c, k, m }) => trials.atLeastOfK({ n, c }, k, m),
  majority_correct_k: ({ n, c, k }) => trials.majorityOfK({ n, c }, k),
  majority_vote_k: ({ answers, target, k }, { tie }) =>
    trials.majorityVote(answers, target, k, { tie }),
  mean_pass_at_k: (inputs, options) => overTasks(inputs, options, trials.passAtK),
  mean_pass_hat_k: (inputs, options) => overTasks(inputs, options, trials.passHatK),
  task_mean_k1_pooled: ({ tasks }) => {
    const { n, clusters, mean: centre, stderr } = trials.pooledAccuracy(tasks);
    return { samples: n, tasks: clusters, mean: centre, stderr };
  },
  // Planning.
  required_n: (inputs, options) => {
    const { alpha, power: wanted, method, test } = options;
    const { n, nCeil } =
      test === 'unpaired_proportion'
        ? power.requiredRecordsForProportions(inputs as never, { alpha, power: wanted, method })
        : test === 'paired_proportion'
          ? power.requiredRecordsForMcNemar(inputs as never, { alpha, power: wanted })
          : power.requiredRecords(power2(inputs, options), inputs['delta'], {
              alpha,
              power: wanted,
            });
    return { n, n_ceil: nCeil };
  },
  mde: (inputs, options) => {
    const { alpha, power: wanted, test } = options;
    return test === 'unpaired_proportion'
      ? { p2: power.detectableProportion(inputs['p1'], inputs['n'], { alpha, power: wanted }) }
      : {
          delta: power.detectableDifference(power2(inputs, options), inputs['n'], {
            alpha,
            power: wanted,
          }),
        };
  },
  power: (inputs, options) => ({
    power: power.powerOf(power2(inputs, options), inputs['n'], inputs['delta'], {
      alpha: options['alpha'],
    }),
  }),
};

function paired({ meanDifference, ...rest }: statistics.PairedDifference) {
  return { ...rest, mean_diff: meanDifference };
}

function proportions(inputs: Vector['inputs']) {
  const { successes_a: successesA, n_a: nA, successes_b: successesB, n_b: nB } = inputs;
  return { successesA, nA, successesB, nB };
}

function overTasks(
  { tasks, k }: Vector['inputs'],
  { clustered }: Vector['options'],
  of: typeof trials.passAtK,
) {
  const clusters = clustered === true ? tasks.map((task: any) => task.cluster) : undefined;
  const result = trials.meanOverTasks(tasks, k, of, clusters);
  return result === null ? null : { ...result, tasks: tasks.length };
}

/** Deviations from the reference; empty if there are none. */
export function differences({ id, inputs, options, expected, tolerance }: Vector): string[] {
  const stat: string = options['stat'];
  const compute = (id.startsWith('statistics-') ? BY_INSPECT[stat] : undefined) ?? COMPUTE[stat];
  if (compute === undefined) return [`nothing computes ${stat}`];
  const given = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, value ?? undefined]),
  );
  const code = (expected as { error?: string } | null)?.error;
  try {
    const actual = compute(inputs, given);
    return code === undefined
      ? compare(actual, expected, tolerance, '')
      : [`no error, but ${JSON.stringify(actual)}`];
  } catch (error) {
    const wanted = code === undefined ? undefined : `STATISTICS_${code.toUpperCase()}`;
    return (error as { code?: string }).code === wanted ? [] : [String(error)];
  }
}

/** A standard error below this is the square root of the rounding error in a variance of 0. */
const NOISE = Math.sqrt(Number.EPSILON);

function compare(actual: any, expected: any, tolerance: number, place: string): string[] {
  const wrong = [`${place}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  if (typeof expected === 'number') {
    if (typeof actual !== 'number') return wrong;
    if (place === '.stderr' && expected < NOISE) return Math.abs(actual) < NOISE ? [] : wrong;
    return Math.abs(actual - expected) <= tolerance ? [] : wrong;
  }
  if (expected === 'Infinity' || expected === '-Infinity') {
    return actual === Number(expected) ? [] : wrong;
  }
  if (Array.isArray(expected)) {
    if (actual?.length !== expected.length) return wrong;
    return expected.flatMap((item, k) => compare(actual[k], item, tolerance, `${place}[${k}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    // For an undefined result, every part of it is null.
    return Object.entries(expected).flatMap(([key, value]) =>
      compare(actual?.[key] ?? null, value, tolerance, `${place}.${key}`),
    );
  }
  return (actual ?? null) === expected ? [] : wrong;
}
