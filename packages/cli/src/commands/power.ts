import { StatisticsError } from '@testbench/statistics';
import {
  detectableDifference,
  detectableForMcNemar,
  detectableProportion,
  type PowerDesign,
  type PowerOptions,
  requiredRecords,
  requiredRecordsForMcNemar,
  requiredRecordsForProportions,
} from '@testbench/statistics/power';
import { formatCount } from '@testbench/report/terminal';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { POWER_FLAGS } from '../flags/power.js';
import { writeJson } from '../render/write-json.js';
import { UsageError } from '../usage-error.js';

type PowerFlags = CommandCall<typeof POWER_FLAGS>['flags'];

/** A kind of comparison, with the resulting number of records or difference. */
interface PowerWay {
  readonly test: string;
  /** The assumption about the two sides, in words. */
  readonly given: string;
  readonly records: (difference: number) => number;
  readonly difference: (records: number) => number;
}

/** `testbench power` */
export async function powerCommand({
  io,
  flags,
}: CommandCall<typeof POWER_FLAGS>): Promise<ExitCode> {
  const { alpha = 0.05, power = 0.8, unpaired } = flags;
  if ((flags.records === undefined) === (flags.difference === undefined)) {
    throw new UsageError('expected either --records or --difference', 'power');
  }
  const way = chooseWay(flags, { alpha, power });
  const asked = { test: way.test, paired: !unpaired, alpha, power };
  let answer: { readonly records: number; readonly difference: number };
  try {
    answer =
      flags.records === undefined
        ? { records: way.records(flags.difference!), difference: flags.difference! }
        : { records: flags.records, difference: way.difference(flags.records) };
  } catch (error) {
    if (!(error instanceof StatisticsError)) throw error;
    throw new UsageError(error.message, 'power');
  }
  if (answer.difference > 1) {
    throw new UsageError(
      `so few records cannot show any difference: it would have to be ${answer.difference.toFixed(2)}`,
      'power',
    );
  }
  if (flags.json) {
    writeJson(io.stdout, { ...asked, ...answer });
    return ExitCode.ok;
  }
  const { records, difference } = answer;
  const who = unpaired
    ? `${formatCount(records)} records for each of the two`
    : `${formatCount(records)} records`;
  const size =
    flags.sd === undefined
      ? `${(difference * 100).toPrecision(3)} points`
      : difference.toPrecision(3);
  io.stdout.write(
    `${who}, ${way.given}, show a difference of ${size} with a chance of ${(power * 100).toFixed(0)} %\n` +
      `(${way.test}, two-sided, false alarms at ${alpha})\n`,
  );
  return ExitCode.ok;
}

function chooseWay(flags: PowerFlags, options: PowerOptions): PowerWay {
  const { unpaired, sd, flips, rate } = flags;
  const wrong = (expected: string): UsageError => new UsageError(`expected ${expected}`, 'power');
  if (unpaired) {
    if (flips !== undefined) throw wrong('--rate or --sd with --unpaired, not --flips');
    if ((sd === undefined) === (rate === undefined)) throw wrong('either --rate or --sd');
    return sd === undefined ? proportions(rate!, options) : means('unpaired_mean', sd, options);
  }
  if (rate !== undefined) throw wrong('--rate only with --unpaired');
  if ((sd === undefined) === (flips === undefined)) throw wrong('either --flips or --sd');
  return sd === undefined ? mcnemar(flips!, options) : means('paired_mean', sd, options);
}

function mcnemar(flips: number, options: PowerOptions): PowerWay {
  return {
    test: "McNemar's test",
    given: `of which ${percent(flips)} flip`,
    records: (difference) => {
      if (difference > flips) {
        throw new UsageError(
          `--difference is larger than --flips: no more can be gained than flips`,
          'power',
        );
      }
      const discordant = { p10: (flips - difference) / 2, p01: (flips + difference) / 2 };
      return requiredRecordsForMcNemar(discordant, options).nCeil;
    },
    difference: (records) => detectableForMcNemar(flips, records, options),
  };
}

function means(test: 'paired_mean' | 'unpaired_mean', sd: number, options: PowerOptions): PowerWay {
  const isPaired = test === 'paired_mean';
  const design: PowerDesign = isPaired
    ? { test: 'paired_mean', sd }
    : { test: 'unpaired_mean', sd };
  return {
    test: isPaired ? 'paired t test' : 't test',
    given: `${isPaired ? 'whose differences' : 'whose scores'} have a standard deviation of ${sd}`,
    records: (difference) => requiredRecords(design, difference, options).nCeil,
    difference: (records) => detectableDifference(design, records, options),
  };
}

function proportions(rate: number, options: PowerOptions): PowerWay {
  return {
    test: "test of two shares by Cohen's h",
    given: `${percent(rate)} right in the first`,
    records(difference) {
      const p2 = rate + difference > 1 ? rate - difference : rate + difference;
      return requiredRecordsForProportions({ p1: rate, p2 }, options).nCeil;
    },
    difference: (records) => detectableProportion(rate, records, options) - rate,
  };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
