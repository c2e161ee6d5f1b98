/**
 * Agreement of raters, such as a judge and people; correlation of scores.
 *
 * @packageDocumentation
 */
export {
  cohenKappa,
  fleissKappa,
  gwetAc1,
  type GwetResult,
  type KappaResult,
  type KappaWeights,
  percentAgreement,
  type PercentAgreement,
} from './categorical.js';
export {
  type Correlation,
  kendallCorrelation,
  pearsonCorrelation,
  spearmanCorrelation,
} from './correlation.js';
export { krippendorffAlpha, type MeasurementLevel } from './krippendorff.js';
export type { Label } from '../labels.js';
