/**
 * Planning: how many records a difference requires, and which difference a number of records can show.
 *
 * @packageDocumentation
 */
export {
  detectableDifference,
  detectableForMcNemar,
  detectableProportion,
  powerOf,
  type PowerDesign,
  type PowerOptions,
  type ProportionDesign,
  requiredRecords,
  type RequiredRecords,
  requiredRecordsForMcNemar,
  requiredRecordsForProportions,
} from './power.js';
