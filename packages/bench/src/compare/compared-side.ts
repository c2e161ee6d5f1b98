import type { PlanContent } from '../plan/plan.js';
import type { ScoreTable } from '../summary/score-table.js';

/** One side of a comparison: scores, and as much of a plan as is known. */
export interface ComparedSide {
  readonly table: ScoreTable;
  readonly plan: Partial<PlanContent> & Pick<PlanContent, 'evaluators'>;
}
