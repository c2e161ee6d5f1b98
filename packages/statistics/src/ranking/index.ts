/**
 * Rankings of systems that were compared in pairs.
 *
 * @packageDocumentation
 */
export { bradleyTerry, type BradleyTerryResult } from './bradley-terry.js';
export { type EloGame, type EloOptions, eloRatings } from './elo.js';
export {
  abilitiesToElo,
  eloToAbility,
  eloToProbability,
  type GameRow,
  type SystemName,
  type WinRate,
  winRates,
} from './games.js';
