import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

/** Requirements for a run compared with another run or a baseline. */
export interface GateOptions {
  /**
   * Probability of an alarm if nothing changed: the level of a one-sided test for a loss, over all metrics and pairs together (Holm). For right
   * and wrong answers, this is McNemar's exact test, whose level is never above this value.
   *
   * @default 0.05
   */
  readonly alpha?: number;
  /** Records, by id or index, that must not get worse: a single one fails the gate. @default none */
  readonly records?: readonly string[];
  /** Largest allowed share, from 0 to 1, of previously right records that are wrong now. @default no limit */
  readonly maxLost?: number;
}

const GATE: OptionReaders<GateOptions> = {
  alpha: (node) => node.number(1e-6, 0.5),
  records: (node) => node.list().map((item) => item.text()),
  maxLost: (node) => node.number(0, 1),
};

/** Prefix of the name of a score of the whole set: `set:bleu` is BLEU's score from 0 to 1, `set:bleu.bleu` a value of it. */
export const SET_PREFIX = 'set:';

/** Requirements for a single run. */
export interface RequirementOptions {
  /** Minimum means, by metric; with `set:` before the name, minimum scores of the whole set, or of its values such as `set:bleu.bleu`. @default none */
  readonly failUnder?: Readonly<Record<string, number>>;
  /** Compares the lower ends of intervals with `failUnder`, instead of the means. @default false */
  readonly lowerBound?: boolean;
  /** Maximum number of cases without a score. @default no limit */
  readonly maxErrors?: number;
}

const REQUIREMENTS: OptionReaders<RequirementOptions> = {
  failUnder: (node) =>
    Object.fromEntries(
      Object.entries(node.object()).map(([metric, least]) => [
        metric,
        // Values of sets have any size: BLEU goes up to 100.
        metric.startsWith(SET_PREFIX)
          ? new ConfigNode(least, `${node.path}.${metric}`).number(
              -Number.MAX_VALUE,
              Number.MAX_VALUE,
            )
          : new ConfigNode(least, `${node.path}.${metric}`).number(0, 1),
      ]),
    ),
  lowerBound: (node) => node.boolean(),
  maxErrors: (node) => node.wholeNumber(0),
};

/** @throws {ConfigError} An option is wrong. */
export function readGateOptions({ value, path }: ConfigNode): GateOptions {
  return readOptions<GateOptions>(value, GATE, path);
}

/** @throws {ConfigError} An option is wrong. */
export function readRequirements(given: RequirementOptions): RequirementOptions {
  return readOptions<RequirementOptions>(given, REQUIREMENTS);
}
