import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { type EloGame, eloRatings } from './elo.js';

const shared =
  process.env['TESTBENCH_SHARED'] ??
  fileURLToPath(new URL('../../../../../shared', import.meta.url));
const path = `${shared}/vectors/elo_bt.json`;

interface Vector {
  readonly inputs: { readonly battles: readonly [a: string, b: string, score: number][] };
  readonly options: { readonly system: string; k: number; init: number; scale: number };
  readonly expected: Readonly<Record<string, number>>;
  readonly tolerance: number;
}

const vectors = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as { vectors: readonly Vector[] }).vectors
  : [];

describe('eloRatings()', () => {
  it.skipIf(vectors.length === 0)('equals FastChat (needs ../shared)', () => {
    const elo = vectors.filter(({ options }) => options.system === 'elo');
    expect(elo.length).toBeGreaterThan(1);
    const largest = elo.map(({ inputs, options: { k, init: initial, scale }, expected }) => {
      const games = inputs.battles.map(([a, b, score]) => ({ a, b, score }));
      const ratings = eloRatings(games, { k, initial, scale });
      expect([...ratings.keys()].toSorted()).toEqual(Object.keys(expected).toSorted());
      return Math.max(
        ...Array.from(ratings, ([name, rating]) => Math.abs(rating - expected[name]!)),
      );
    });
    expect(Math.max(...largest)).toBeLessThan(1e-9);
  });

  it('gives what one side loses to the other, and nothing without games', () => {
    const ratings = eloRatings(
      [
        { a: 'A', b: 'B', score: 0.5 },
        { a: 'B', b: 'C', score: 1 },
      ],
      { k: 32, initial: 0, scale: 100 },
    );
    expect(Object.fromEntries(ratings)).toEqual({ A: 0, B: 16, C: -16 });
    expect(eloRatings([]).size).toBe(0);
  });

  it.each<[games: EloGame[], options: object | undefined, says: string]>([
    [[{ a: 'A', b: 'B', score: 2 }], undefined, 'from 0 to 1'],
    [[{ a: 'A', b: 'B', score: NaN }], undefined, 'from 0 to 1'],
    [[{ a: 'A', b: 'A', score: 1 }], undefined, 'two systems'],
    [[], { k: 0 }, 'above 0'],
  ])('refuses %j with %j', (games, options, says) => {
    expect(() => eloRatings(games, options)).toThrow(says);
  });
});
