/**
 * Classification and calibration over a whole set.
 *
 * @packageDocumentation
 */
export {
  brierScore,
  calibrationError,
  type CalibrationError,
  type CalibrationOptions,
  logLoss,
  multiclassBrierScore,
} from './calibration.js';
export { averagePrecision, rocAuc } from './ranked.js';
export { type ClassificationReport, classificationReport, type ClassScores } from './report.js';
export type { Label } from '../labels.js';
