/**
 * Repeated trials of one task: reducers, pass@k, votes.
 *
 * @packageDocumentation
 */
export { majorityVote, type TieRule } from './majority-vote.js';
export {
  atLeastOfK,
  majorityOfK,
  meanOverTasks,
  passAtK,
  passHatK,
  pooledAccuracy,
  type TaskMean,
  type TaskSamples,
} from './pass-at-k.js';
export { type Reducer, REDUCERS, reduceTrials } from './reduce.js';
