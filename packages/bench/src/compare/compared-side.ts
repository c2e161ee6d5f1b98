import type { PlanContent } from '../plan/plan.js';
import type { ResultRow } from '../results/result-row.js';
import type { ScoreTable } from '../summary/score-table.js';
import type { RecordResults } from './record-results.js';

/** One side of a comparison: scores, and as much of a plan as is known. */
export interface ComparedSide {
  readonly table: ScoreTable;
  readonly plan: Partial<PlanContent> & Pick<PlanContent, 'evaluators'>;
  /** Where scores of whole sets are compared: which records have results, and the rows once more, in the order of the table. */
  readonly results?: RecordResults;
  readonly rows?: () => AsyncIterable<ResultRow>;
}
