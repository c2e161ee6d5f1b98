import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { parseJsonText } from '@testbench/types';
import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { EvaluationError } from '../errors.js';
import { MAX_BASELINE_BYTES } from '../limits.js';

/** Scores that were accepted. */
export interface EvaluationBaseline {
  readonly formatVersion: 1;
  /** Means by evaluator. */
  readonly means: Readonly<Record<string, number>>;
  /** Scores by record, then by evaluator; null where there is none. */
  readonly records: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

const readScores = (node: ConfigNode): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(node.object()).map(([name, value]) => [
      name,
      value === null ? null : new ConfigNode(value, `${node.path}.${name}`).number(0, 1),
    ]),
  );

const BASELINE: OptionReaders<EvaluationBaseline> = {
  formatVersion: (node) => node.wholeNumber(1, 1) as 1,
  means: (node) => readScores(node) as Record<string, number>,
  records: (node) =>
    Object.fromEntries(
      Object.entries(node.object()).map(([id, value]) => [
        id,
        readScores(new ConfigNode(value, `${node.path}.${id}`)),
      ]),
    ),
};

/**
 * Reads a baseline; undefined if there is none.
 *
 * @throws {EvaluationError} `EVALUATION_BASELINE_UNUSABLE`.
 */
export function readEvaluationBaseline(path: string): EvaluationBaseline | undefined {
  try {
    const { size } = statSync(path);
    if (size > MAX_BASELINE_BYTES) {
      throw unusable(path, `it has ${size} bytes, limit is ${MAX_BASELINE_BYTES}`);
    }
    const value = parseJsonText(readFileSync(path));
    return readOptions<EvaluationBaseline>(value, BASELINE, 'baseline', [
      'formatVersion',
      'means',
      'records',
    ]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (cause instanceof EvaluationError) throw cause;
    const { message } = cause as Error;
    throw unusable(path, PluginError.is(cause) ? message : `it cannot be read (${message})`, cause);
  }
}

/** Writes a baseline, with one line for each record, so that a change to it can be reviewed. */
export function writeEvaluationBaseline(
  path: string,
  { formatVersion, means, records }: EvaluationBaseline,
): void {
  const lines = Object.entries(records).map(
    ([id, scores]) => `    ${JSON.stringify(id)}: ${JSON.stringify(scores)}`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `{\n  "formatVersion": ${formatVersion},\n  "means": ${JSON.stringify(means)},\n  "records": {\n${lines.join(',\n')}\n  }\n}\n`,
  );
}

export function unusable(path: string, state: string, cause?: unknown): EvaluationError {
  return new EvaluationError(
    'EVALUATION_BASELINE_UNUSABLE',
    `Cannot use the baseline ${JSON.stringify(path)}: ${state}`,
    { cause },
  );
}
