import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';
import { sharedFile } from './shared-data.js';
import { ADAPTERS, type Vector } from './vector-adapters.js';

/** Vectors from the reference implementations; they are not part of the repository. */
function readVectors(name: string): Vector[] {
  const path = sharedFile(`vectors/${name}.json`);
  return path === undefined ? [] : JSON.parse(readFileSync(path, 'utf8')).vectors;
}

describe.each(Object.entries(ADAPTERS))('%s equals its reference', (name, adapter) => {
  const vectors = readVectors(name);
  const supported = vectors.filter((vector) => !adapter.unsupported?.(vector));
  it.skipIf(vectors.length === 0)(
    `on ${supported.length} of ${vectors.length} vectors`,
    async () => {
      for (const vector of supported) {
        await using host = await openPlugin(adapter.plugin, adapter.config(vector));
        const actual = await adapter.run(vector, host);
        const { id, expected, tolerance } = vector;
        // Slack of one rounding, for tolerances of zero over numbers that are not whole.
        const limit = tolerance + 1e-12;
        const pairs =
          typeof expected === 'object' && expected !== null
            ? Object.keys(expected).map((key) => [key, actual[key], expected[key]])
            : [['value', actual, expected]];
        for (const [key, value, wanted] of pairs) {
          if (wanted === null) expect([id, key, value]).toEqual([id, key, null]);
          else if (!(Math.abs(value - wanted) <= limit)) {
            expect([id, key, value]).toEqual([id, key, wanted]);
          }
        }
      }
    },
  );
});
