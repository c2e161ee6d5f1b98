import { invalid } from '../arguments.js';
import { numberFrom, type OptionCheck, readOptions } from '../options.js';
import type { SystemName } from './games.js';

/** One game. */
export interface EloGame {
  readonly a: SystemName;
  readonly b: SystemName;
  /** Points of `a`, from 0 to 1: 1 for a win, 0.5 for a tie, 0 for a loss. */
  readonly score: number;
}

/** Options of {@link eloRatings}. */
export interface EloOptions {
  /** The most that one game can change a rating, above 0. @default 4, small enough for games that were all played at about the same time */
  readonly k?: number;
  /** Rating of a system that has not played. @default 1000 */
  readonly initial?: number;
  /** Difference of ratings at which the better one is expected to win 10 of 11 games, above 0. @default 400 */
  readonly scale?: number;
}

const POSITIVE: OptionCheck = {
  is: (value) => Number.isFinite(value) && (value as number) > 0,
  expected: 'a number above 0',
};

/**
 * Elo ratings, game by game.
 *
 * They depend on the order of the games, and have no standard error: for systems that do not change, such as models, `bradleyTerry` takes all games at
 * once and gives standard errors, and `abilitiesToElo` puts them on this scale. Elo ratings are for a stream of games.
 *
 * @param games In the order in which they were played.
 * @returns Ratings in the order in which the systems are first seen; empty without games.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT` for a score outside 0 to 1, or a system that plays against itself;
 *   `STATISTICS_UNKNOWN_OPTION`.
 * @see Elo (1978), The Rating of Chessplayers, Past and Present
 *
 * @example
 * ```ts
 * import { eloRatings } from '@testbench/statistics/ranking';
 *
 * const ratings = eloRatings([{ a: 'A', b: 'B', score: 1 }]);
 * [ratings.get('A'), ratings.get('B')]; // => [1002, 998]
 * ```
 */
export function eloRatings(
  games: Iterable<EloGame>,
  options?: EloOptions,
): Map<SystemName, number> {
  const checked = readOptions(options, {
    k: POSITIVE,
    initial: numberFrom(-Number.MAX_VALUE),
    scale: POSITIVE,
  });
  const { k = 4, initial = 1000, scale = 400 } = checked;
  const ratings = new Map<SystemName, number>();
  for (const { a, b, score } of games) {
    if (!(score >= 0 && score <= 1))
      throw invalid('score of a game', 'a number from 0 to 1', score);
    if (a === b) throw invalid('game', 'two systems', a);
    const [ratingA, ratingB] = [ratings.get(a) ?? initial, ratings.get(b) ?? initial];
    const change = k * (score - 1 / (1 + 10 ** ((ratingB - ratingA) / scale)));
    ratings.set(a, ratingA + change);
    ratings.set(b, ratingB - change);
  }
  return ratings;
}
