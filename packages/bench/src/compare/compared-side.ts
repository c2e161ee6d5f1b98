import type { PlanContent } from '../plan/plan.js';
import type { ResultRow } from '../results/result-row.js';
import type { ScoreTable } from '../summary/score-table.js';
import type { RecordResults } from './record-results.js';

/** One side of a comparison: scores, and the known parts of a plan. */
export interface ComparedSide {
  readonly table: ScoreTable;
  readonly plan: Partial<PlanContent> & Pick<PlanContent, 'evaluators'>;
  /** Where scores of whole sets are compared: which records have results, and a second reading of the rows, in the order of the table. */
  readonly results?: RecordResults;
  readonly rows?: () => AsyncIterable<ResultRow>;
}
