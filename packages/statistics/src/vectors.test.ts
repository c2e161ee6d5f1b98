import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

import { differences, type Vector } from './__fixtures__/vector-table.js';

/** Values from reference implementations: scipy, statsmodels, scikit-learn, R and others. Not part of the repository. */
const shared =
  process.env['TESTBENCH_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const folder = join(shared, 'vectors/statistics');
const files = [
  join(shared, 'vectors/statistics.json'),
  ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
].filter((path) => path.endsWith('.json') && existsSync(path));

const topics = files.map((path) => {
  const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { vectors: readonly Vector[] };
  return { topic: basename(path, '.json'), vectors };
});
const table: string[] = [];

describe('statistics equal their references (needs ../shared)', () => {
  it.skipIf(topics.length === 0)('in some topics', () => {
    expect(topics.length).toBeGreaterThan(0);
  });

  it.each(topics)('$topic: $vectors.length vectors', ({ topic, vectors }) => {
    const wrong = vectors
      .map((vector) => ({ id: vector.id, differences: differences(vector) }))
      .filter((result) => result.differences.length > 0);
    const passed = vectors.length - wrong.length;
    table.push(`${topic.padEnd(22)}${String(passed).padStart(5)} of ${vectors.length}`);
    expect(wrong).toEqual([]);
  });

  afterAll(() => {
    if (table.length > 0) process.stdout.write(`vectors of the references\n${table.join('\n')}\n`);
  });
});
