import { type Attributes, type Context, type Logger, SeverityNumber } from '@opentelemetry/api';
import type { ResultRow } from '@testbench/bench/results';

import { cleanText } from './clean-text.js';
import { MAX_TEXT_CHARACTERS } from './limits.js';

/** Which results of evaluators are reported, and with which details. */
export interface EvaluationEventOptions {
  readonly evaluations: 'all' | 'failed' | 'none';
  readonly explanations: boolean;
}

const EVENT = 'gen_ai.evaluation.result';

/**
 * Reports each score of a row, and each evaluator that failed, as a `gen_ai.evaluation.result` event.
 *
 * @param context Context of the provider's call, or else of its stage.
 */
export function tellEvaluations(
  logger: Logger,
  row: ResultRow,
  context: Context,
  { evaluations, explanations }: EvaluationEventOptions,
): void {
  if (evaluations === 'none') return;
  const { scores, errors = {}, details = {} } = row;
  if (evaluations === 'all') {
    for (const [name, score] of Object.entries(scores)) {
      const said = Object.hasOwn(details, name) ? details[name] : undefined;
      const explanation = explanations ? said?.explanation : undefined;
      emit(logger, row, context, name, {
        'gen_ai.evaluation.score.value': score,
        'gen_ai.evaluation.explanation':
          explanation === undefined ? undefined : cleanText(explanation, MAX_TEXT_CHARACTERS),
      });
    }
  }
  for (const [name, { code }] of Object.entries(errors)) {
    emit(logger, row, context, name, { 'error.type': cleanText(code) });
  }
}

function emit(
  logger: Logger,
  row: ResultRow,
  context: Context,
  evaluator: string,
  result: Attributes,
): void {
  const isError = result['error.type'] !== undefined;
  const attributes: Record<string, Attributes[string]> = {
    'gen_ai.evaluation.name': cleanText(evaluator),
    ...result,
    'gen_ai.request.model': cleanText(row.model),
    'testbench.record.index': row.index,
    'testbench.record.id': row.id === undefined ? undefined : cleanText(row.id),
    'testbench.record.group': row.group === undefined ? undefined : cleanText(row.group),
    'testbench.prompt': cleanText(row.prompt),
    'testbench.provider': cleanText(row.provider),
    'testbench.epoch': row.epoch,
  };
  for (const name in attributes) if (attributes[name] === undefined) delete attributes[name];
  logger.emit({
    eventName: EVENT,
    severityNumber: isError ? SeverityNumber.WARN : SeverityNumber.INFO,
    context,
    attributes,
  });
}
