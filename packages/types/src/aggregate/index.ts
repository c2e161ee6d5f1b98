/**
 * The score of a whole set: the call that asks an evaluator for it.
 *
 * @packageDocumentation
 */
export {
  aggregateData,
  type AggregateData,
  type AggregatingPlugin,
  canAggregate,
  isAggregateData,
  requireAggregate,
} from './aggregate-data.js';
export { MAX_SUM_NAME_LENGTH, MAX_SUMS } from './limits.js';
