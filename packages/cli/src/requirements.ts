import { type RequirementOptions, SET_PREFIX } from '@testbench/bench/statistics';

import { UsageError } from './usage-error.js';

/** Requirements set by the flags of a command; undefined if there are none. */
export function readRequirements(
  flags: {
    readonly failUnder: readonly string[] | undefined;
    readonly lowerBound: boolean;
    readonly maxErrors: number | undefined;
  },
  command: string,
): RequirementOptions | undefined {
  const { failUnder, lowerBound, maxErrors } = flags;
  if (lowerBound && failUnder === undefined) {
    throw new UsageError('--lower-bound has no effect without --fail-under', command);
  }
  if (failUnder === undefined && maxErrors === undefined) return undefined;
  const limits = (failUnder ?? []).map((text): [string, number] => {
    const [metric, limit] = splitPair(text, '--fail-under', 'metric=number', command);
    const least = Number(limit);
    const isSet = metric.startsWith(SET_PREFIX);
    const isRight = isSet ? Number.isFinite(least) : least >= 0 && least <= 1;
    if (!isRight || limit.trim() === '') {
      throw new UsageError(
        `--fail-under is ${JSON.stringify(text)}, expected a number${isSet ? '' : ' from 0 to 1'} behind "="`,
        command,
      );
    }
    return [metric, least];
  });
  return {
    ...(failUnder === undefined ? {} : { failUnder: Object.fromEntries(limits), lowerBound }),
    ...(maxErrors === undefined ? {} : { maxErrors }),
  };
}

/**
 * The two sides of a text such as `name=value`; the name may contain an equals sign.
 *
 * @throws {UsageError} A side is missing.
 */
export function splitPair(
  text: string,
  flag: string,
  form: string,
  command: string,
): [left: string, right: string] {
  const place = text.lastIndexOf('=');
  if (place > 0 && place < text.length - 1) return [text.slice(0, place), text.slice(place + 1)];
  throw new UsageError(`${flag} is ${JSON.stringify(text)}, expected ${form}`, command);
}
