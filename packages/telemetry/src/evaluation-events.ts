import { type Attributes, type Context, type Logger, SeverityNumber } from '@opentelemetry/api';
import type { ResultRow } from '@testbench/bench/results';

import { caseAttributes, cleanAttributes } from './clean-attributes.js';
import { cleanText } from './clean-text.js';
import { MAX_TEXT_CHARACTERS } from './limits.js';

/** Where results of evaluators are reported: which, and with which details. */
export interface EvaluationTarget {
  readonly logger: Logger;
  readonly evaluations: 'all' | 'failed';
  readonly explanations: boolean;
}

/** The name of the events. */
export const EVALUATION_EVENT = 'gen_ai.evaluation.result';

/**
 * Reports each score of a row, and each evaluator that failed, as a `gen_ai.evaluation.result` event.
 *
 * @param context Context of the provider's call, or else of its stage.
 */
export function tellEvaluations(
  { logger, evaluations, explanations }: EvaluationTarget,
  row: ResultRow,
  context: Context,
): void {
  const { scores, errors = {}, details = {} } = row;
  const emit = (severityNumber: SeverityNumber, result: Attributes, explanation?: string): void => {
    const attributes = cleanAttributes({
      ...result,
      'gen_ai.request.model': row.model,
      ...caseAttributes(row),
      'testbench.record.group': row.group,
      'testbench.provider': row.provider,
    });
    if (explanation !== undefined) {
      // Longer than an attribute may be otherwise.
      attributes['gen_ai.evaluation.explanation'] = cleanText(explanation, MAX_TEXT_CHARACTERS);
    }
    logger.emit({ eventName: EVALUATION_EVENT, severityNumber, context, attributes });
  };
  if (evaluations === 'all') {
    for (const [name, score] of Object.entries(scores)) {
      const said = Object.hasOwn(details, name) ? details[name] : undefined;
      const result = { 'gen_ai.evaluation.name': name, 'gen_ai.evaluation.score.value': score };
      emit(SeverityNumber.INFO, result, explanations ? said?.explanation : undefined);
    }
  }
  for (const [name, { code }] of Object.entries(errors)) {
    emit(SeverityNumber.WARN, { 'gen_ai.evaluation.name': name, 'error.type': code });
  }
}
