import Ajv from 'ajv';
import { ConfigNode } from '@testbench/types/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { benchmarkSchema } from './benchmark-schema.js';
import { BENCHMARK } from './benchmark-type.js';

const FULL = {
  $schema: './a.json',
  name: 'test',
  description: 'd',
  dataset: { path: 'd.csv', offset: 1, limit: 2, fields: { input: 'q', expected: 'a' } },
  prompts: ['{{q}}', { name: 'a', messages: [{ role: 'user', content: 'x' }] }, { file: 'p.txt' }],
  providers: [
    {
      plugin: 'a.wasm',
      name: 'p',
      models: ['m', { name: 'n', parameters: { t: 1 }, price: { input: 1, output: 2 } }],
      parameters: { t: 0 },
      calls: { concurrency: 3, retries: 0 },
      limits: { timeoutMs: 5 },
    },
  ],
  transforms: [{ plugin: 't.wasm', config: { a: 1 }, metering: 'exact' }],
  evaluators: [{ plugin: 'e.wasm', fields: { gold: 'g' }, threshold: 0.5, weight: 2 }],
  filters: [
    {
      plugin: 'f.wasm',
      droppedTexts: true,
      permissions: { filesystem: true, allowedDirs: ['in', { path: 'out', access: 'read-write' }] },
    },
  ],
  epochs: { count: 4, reducer: 'median' },
  reporters: [
    'junit',
    { format: 'html', output: 'r.html', withPlugins: true },
    { module: './mine.ts' },
  ],
  seed: 3,
  limits: { maxFuel: 9 },
  isolation: 'process',
  policy: 'p.json',
  concurrency: 2,
  failFast: false,
  budgets: { tokens: 1, money: 0.5, judge: { tokens: 3 } },
  cache: 'refresh',
  cacheDir: 'c',
  onError: 'wrong',
  maxErrors: 3,
  outputDir: 'out',
};

const validate = new Ajv({ strict: false }).compile(benchmarkSchema());
const reads = (value: unknown): boolean => {
  try {
    BENCHMARK.read(new ConfigNode(value), { baseDirectory: '/' });
    return true;
  } catch {
    return false;
  }
};

/** All paths of a value. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [
    [...path],
    ...inner.flatMap(([key, item]) =>
      placesOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function replaceAt(
  value: unknown,
  [step, ...rest]: readonly (string | number)[],
  by: unknown,
): unknown {
  if (step === undefined) return by;
  const inner = replaceAt((value as Record<string | number, unknown>)[step], rest, by);
  if (Array.isArray(value)) return value.toSpliced(step as number, 1, inner);
  return { ...(value as object), [step]: inner };
}

describe('benchmarkSchema()', () => {
  it('takes a whole configuration, as the reader does', () => {
    expect([validate(FULL), validate.errors, reads(FULL)]).toEqual([true, null, true]);
  });

  it('describes every key', () => {
    const undescribed = JSON.stringify(benchmarkSchema()).match(
      /"[^"]+":\{"type":"object","properties":\{\}/g,
    );
    expect(undescribed).toBeNull();
    const { properties } = benchmarkSchema() as {
      properties: Record<string, { description?: string }>;
    };
    const silent = Object.entries(properties).filter(
      ([, { description = '' }]) => !description.endsWith('.'),
    );
    expect(silent).toEqual([]);
  });

  it('judges a change at any place as the reader does', () => {
    const values = fc.constantFrom<unknown>(
      'text',
      '',
      0,
      1,
      -1,
      0.5,
      2.5,
      1e7,
      1e13,
      true,
      [],
      {},
      ['x'],
      [{}],
      { a: 1 },
      { plugin: 'a.wasm' },
      { x: { y: 1 } },
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...placesOf(FULL)), values, (place, value) => {
        const changed = replaceAt(FULL, place, value);
        const isValid = validate(changed);
        if (isValid) taken += 1;
        expect([place, value, isValid]).toEqual([place, value, reads(changed)]);
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('refuses an unknown key in every object that has known ones', () => {
    const free = /(?:config|parameters|fields)$/;
    for (const place of placesOf(FULL)) {
      const object = place.reduce<unknown>(
        (at, step) => (at as Record<string | number, unknown>)[step],
        FULL,
      );
      if (typeof object !== 'object' || object === null || Array.isArray(object)) continue;
      if (free.test(String(place.at(-1)))) continue;
      const changed = replaceAt(FULL, place, { ...object, unknown: 1 });
      expect([place, validate(changed), reads(changed)]).toEqual([place, false, false]);
    }
  });

  it.each([
    { provider: FULL.providers[0] },
    { filter: FULL.filters[0] },
    { providers: undefined },
    { prompts: [{ template: 'a', file: 'b' }] },
    { epochs: 3 },
    { epochs: 0 },
    { shuffle: true },
  ])('agrees about %j', (change) => {
    const changed = JSON.parse(JSON.stringify({ ...FULL, ...change })) as unknown;
    expect(validate(changed)).toBe(reads(changed));
  });
});
