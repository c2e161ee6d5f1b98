import { invalid } from './arguments.js';
import { StatisticsError } from './errors.js';

/** Whether a value is valid, and a description of valid values. */
export interface OptionCheck {
  readonly is: (value: unknown) => boolean;
  readonly expected: string;
}

/** One check for each option. */
export type OptionChecks<Options> = { readonly [Key in keyof Required<Options>]: OptionCheck };

/**
 * Checks options; undefined means no options.
 *
 * @throws {StatisticsError} `STATISTICS_UNKNOWN_OPTION`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function readOptions<Options extends object>(
  given: Options | undefined,
  checks: OptionChecks<Options>,
): Options {
  if (given === undefined) return {} as Options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid('options', 'an object', given);
  }
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(checks, key)) {
      throw new StatisticsError(
        'STATISTICS_UNKNOWN_OPTION',
        `Cannot use option "${key}": expected one of ${Object.keys(checks).join(', ')}`,
      );
    }
    const { is, expected } = checks[key as keyof Options];
    if (value !== undefined && !is(value)) throw invalid(key, expected, value);
  }
  return given;
}

/** One of several texts. */
export function oneOf(...choices: readonly string[]): OptionCheck {
  return { is: (value) => choices.includes(value as string), expected: choices.join(' or ') };
}

/** A number of at least `minimum`. */
export function numberFrom(minimum: number): OptionCheck {
  return {
    is: (value) => Number.isFinite(value) && (value as number) >= minimum,
    expected: `a number from ${minimum}`,
  };
}

/** An integer of at least `minimum`. */
export function wholeNumberFrom(minimum: number): OptionCheck {
  return {
    is: (value) => Number.isSafeInteger(value) && (value as number) >= minimum,
    expected: `a whole number from ${minimum}`,
  };
}

/** A probability, excluding 0 and 1. */
export const SHARE: OptionCheck = {
  is: (value) => typeof value === 'number' && value > 0 && value < 1,
  expected: 'a number between 0 and 1',
};

export const LIST: OptionCheck = { is: Array.isArray, expected: 'a list' };

/** Resamples may come from a generator. */
export const ITERABLE: OptionCheck = {
  is: (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
  expected: 'a list, or what can be gone through like one',
};

export const FLAG: OptionCheck = {
  is: (value) => typeof value === 'boolean',
  expected: 'true or false',
};
