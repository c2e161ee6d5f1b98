import { readFileSync } from 'node:fs';

import type { TestHost } from '@testbench/sdk';
import { afterAll, describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';
import { sharedFile } from './shared-data.js';
import { ADAPTERS, type Vector } from './vector-adapters.js';

/** Vectors from the reference implementations; they are not part of the repository. */
function readVectors(name: string): Vector[] {
  const path = sharedFile(`vectors/${name}.json`);
  return path === undefined ? [] : JSON.parse(readFileSync(path, 'utf8')).vectors;
}

/** The plugin's result, with each number within the tolerance replaced by the expected one. */
function settle(
  actual: any,
  { expected, tolerance }: Pick<Vector, 'expected' | 'tolerance'>,
): unknown {
  const part = (key: string | number): unknown =>
    settle(actual?.[key], { expected: expected[key], tolerance });
  if (Array.isArray(expected)) {
    return actual?.length === expected.length ? expected.map((_, index) => part(index)) : actual;
  }
  if (typeof expected === 'object' && expected !== null) {
    return Object.fromEntries(Object.keys(expected).map((key) => [key, part(key)]));
  }
  return settleNumber(actual, expected, tolerance);
}

function settleNumber<Value>(actual: Value, expected: Value, tolerance: number): Value {
  if (typeof actual !== 'number' || typeof expected !== 'number') return actual;
  // Allows one rounding error, for tolerances of zero on numbers that are not integers.
  return Math.abs(actual - expected) <= tolerance + 1e-12 ? expected : actual;
}

/** Most vectors of a file need one of a few configurations. */
class HostsByConfig implements AsyncDisposable {
  readonly #plugin: string;
  readonly #hosts = new Map<string, TestHost>();

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  async open(config: object): Promise<TestHost> {
    const key = JSON.stringify(config);
    const host = this.#hosts.get(key) ?? (await openPlugin(this.#plugin, config));
    this.#hosts.set(key, host);
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts.values()) await host.close();
  }
}

/** Lines of the table at the end: metric, plugin, the number of passed vectors, and the total. */
const table: [metric: string, plugin: string, passed: number, of: number, needs: string][] = [];

afterAll(() => {
  if (table.length === 0) return;
  const sum = (column: 2 | 3): number => table.reduce((total, line) => total + line[column], 0);
  const lines = [...table, ['all', '', sum(2), sum(3), ''] as const].map(
    ([metric, plugin, passed, of, needs]) =>
      `${metric.padEnd(18)}${plugin.padEnd(18)}${String(passed).padStart(6)} of ${of}${needs}`,
  );
  process.stdout.write(`vectors of the reference implementations\n${lines.join('\n')}\n`);
});

describe.each(Object.entries(ADAPTERS))(
  '%s equals its reference (needs ../shared)',
  (name, adapter) => {
    const vectors = readVectors(adapter.file ?? name).filter(
      (vector) => adapter.only?.(vector) ?? true,
    );
    const supported = vectors.filter((vector) => !adapter.unsupported?.(vector));
    it.skipIf(vectors.length === 0)(
      `on ${supported.length} of ${vectors.length} vectors${supported.length < vectors.length ? `; the rest needs ${adapter.needs}` : ''}`,
      async () => {
        const left = vectors.length - supported.length;
        const needs = left === 0 ? '' : `; ${left} need ${adapter.needs}`;
        const line: (typeof table)[number] = [name, adapter.plugin, 0, vectors.length, needs];
        table.push(line);
        await using hosts = new HostsByConfig(adapter.plugin);
        for (const vector of supported) {
          const actual = await adapter.run(vector, await hosts.open(adapter.config(vector)));
          const { id, expected } = vector;
          expect({ id, value: settle(actual, vector) }).toEqual({ id, value: expected });
          line[2] += 1;
        }
      },
    );
  },
);
