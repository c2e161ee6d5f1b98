/**
 * Judges against people: labels that people gave, and how well judges agree with them.
 *
 * @packageDocumentation
 */
export {
  type Calibration,
  type CalibrationOptions,
  calibrateJudges,
  type Disagreement,
  type JudgeCalibration,
} from './calibrate-judges.js';
export type { Judgement } from './judgement.js';
export { type HumanLabel, parseLabel, readLabels } from './read-labels.js';
export { withLabels } from './with-labels.js';
