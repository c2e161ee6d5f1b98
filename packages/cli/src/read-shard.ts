import type { Shard } from '@testbench/bench/shards';

import { givenFlag } from './command-line/given-flag.js';
import { UsageError } from './usage-error.js';

/**
 * Reads `--shard`, and refuses flags that need the whole set.
 *
 * @throws {UsageError} It is not `<index>/<of>`, or another flag belongs to `testbench merge`.
 */
export function readShardFlag(
  text: string | undefined,
  others: Readonly<Record<string, unknown>>,
): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index, of] = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text) ?? [];
  if (index === undefined || Number(index) > Number(of)) {
    throw new UsageError(
      `--shard is ${JSON.stringify(text)}, expected a part and how many there are, such as 3/16`,
      'run',
    );
  }
  const flag = givenFlag(others);
  if (flag !== undefined) {
    throw new UsageError(
      `--${flag} needs the whole set, and --shard runs a part of it: give it to testbench merge`,
      'run',
    );
  }
  return { index: Number(index), of: Number(of) };
}
