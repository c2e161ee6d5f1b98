import {
  bootstrapInterval,
  clusteredDifference,
  clusteredInterval,
  meanInterval,
  newcombeInterval,
  pairedDifference,
  proportionInterval,
  randomSwaps,
  resample,
  welchTest,
  wilcoxonTest,
} from '@testbench/statistics';
import {
  kendallCorrelation,
  pearsonCorrelation,
  spearmanCorrelation,
} from '@testbench/statistics/agreement';
import { calibrationError } from '@testbench/statistics/classification';
import {
  detectableDifference,
  detectableProportion,
  requiredRecords,
  requiredRecordsForMcNemar,
  requiredRecordsForProportions,
} from '@testbench/statistics/power';
import { eloRatings, winRates } from '@testbench/statistics/ranking';

import type { OptionRow } from './option-row.js';

/** `statistics`. */
export const STATISTICS_OPTIONS: Readonly<Record<string, OptionRow>> = {
  'statistics:IntervalOptions': {
    calls: {
      welchTest: (options) => welchTest([1, 0], [0, 1], options),
      newcombeInterval: (options) =>
        newcombeInterval({ successesA: 1, nA: 2, successesB: 1, nB: 2 }, options),
      pearsonCorrelation: (options) => pearsonCorrelation([1, 2], [2, 1], options),
      spearmanCorrelation: (options) => spearmanCorrelation([1, 2], [2, 1], options),
      kendallCorrelation: (options) => kendallCorrelation([1, 2], [2, 1], options),
      proportionInterval: (options) => proportionInterval(1, 2, options),
      winRates: (options) => winRates([], options),
    },
  },
  'statistics/ranking:EloOptions': { calls: { eloRatings: (options) => eloRatings([], options) } },
  'statistics:MeanIntervalOptions': {
    calls: {
      meanInterval: (options) => meanInterval([1, 2], options),
      pairedDifference: (options) => pairedDifference([1, 2], [2, 1], options),
    },
  },
  'statistics:ClusteredOptions': {
    calls: {
      clusteredInterval: (options) => clusteredInterval([1, 2], ['a', 'b'], options),
      clusteredDifference: (options) => clusteredDifference([1, 2], [2, 1], ['a', 'b'], options),
    },
  },
  'statistics:BootstrapOptions': {
    base: { resamples: [[0]] },
    calls: { bootstrapInterval: (options) => bootstrapInterval({ values: [1] }, options) },
  },
  'statistics:ResampleOptions': { calls: { resample: (options) => resample(2, options) } },
  'statistics:SwapOptions': { calls: { randomSwaps: (options) => randomSwaps(2, options) } },
  'statistics:WilcoxonOptions': {
    calls: { wilcoxonTest: (options) => wilcoxonTest([1, 2], [2, 1], options) },
  },
  'statistics/classification:CalibrationOptions': {
    calls: { calibrationError: (options) => calibrationError([0.5], [1], options) },
  },
  'statistics/power:PowerOptions': {
    calls: {
      requiredRecords: (options) => requiredRecords({ test: 'paired_mean', sd: 1 }, 1, options),
      detectableDifference: (options) =>
        detectableDifference({ test: 'paired_mean', sd: 1 }, 9, options),
      requiredRecordsForProportions: (options) =>
        requiredRecordsForProportions({ p1: 0.1, p2: 0.5 }, options),
      detectableProportion: (options) => detectableProportion(0.1, 99, options),
      requiredRecordsForMcNemar: (options) =>
        requiredRecordsForMcNemar({ p10: 0.1, p01: 0.2 }, options),
    },
  },
};
