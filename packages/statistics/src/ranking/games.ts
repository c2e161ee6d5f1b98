import { type IntervalOptions } from '../arguments.js';
import { proportionInterval, type ProportionInterval } from '../intervals/proportion-interval.js';
import { readOptions, SHARE } from '../options.js';

/** Name of a system. */
export type SystemName = string;

/** Games of one pair; several rows for a pair add up. */
export interface GameRow {
  readonly a: SystemName;
  readonly b: SystemName;
  readonly winsA: number;
  readonly winsB: number;
  /** @default 0 */
  readonly ties?: number;
}

/** Points of one system: a tie is half a point. */
export interface WinRate {
  readonly points: number;
  readonly games: number;
  /** Points over games, with Wilson's interval; null without games. */
  readonly rate: ProportionInterval['estimate'];
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Share of points of each system, in the order in which they are first seen.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 */
export function winRates(
  rows: readonly GameRow[],
  options?: IntervalOptions,
): Map<SystemName, WinRate> {
  readOptions(options, { confidence: SHARE });
  const tallies = new Map<SystemName, { points: number; games: number }>();
  const add = (name: SystemName, points: number, games: number): void => {
    const tally = tallies.get(name) ?? { points: 0, games: 0 };
    tallies.set(name, { points: tally.points + points, games: tally.games + games });
  };
  for (const { a, b, winsA, winsB, ties = 0 } of rows) {
    const games = winsA + winsB + ties;
    add(a, winsA + ties / 2, games);
    add(b, winsB + ties / 2, games);
  }
  return new Map(
    Array.from(tallies, ([name, { points, games }]) => {
      const { estimate, lower, upper } = proportionInterval(points, games, options);
      return [name, { points, games, rate: estimate, lower, upper }];
    }),
  );
}

/** Elo points per unit of ability. */
const POINTS = 400 / Math.LN10;

/** Ratings with a mean of 1,000 on Elo's scale, from abilities with a sum of 0. */
export function abilitiesToElo(
  abilities: ReadonlyMap<SystemName, number>,
): Map<SystemName, number> {
  return new Map(Array.from(abilities, ([name, ability]) => [name, 1000 + ability * POINTS]));
}

/** Probability that the first of two ratings wins. @see Elo (1978), The Rating of Chessplayers */
export function eloToProbability(ratingA: number, ratingB: number): number {
  return 1 / (1 + 10 ** ((ratingB - ratingA) / 400));
}

/** Difference of abilities that corresponds to two ratings. */
export function eloToAbility(ratingA: number, ratingB: number): number {
  return (ratingA - ratingB) / POINTS;
}
