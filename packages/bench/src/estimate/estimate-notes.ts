import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { CallEstimate, RunEstimate } from './run-estimate.js';

/** Adds up the lines of an estimate, and describes in sentences what the numbers omit. */
export function summarizeEstimate(
  calls: readonly CallEstimate[],
  { sampledRecords, isWhole }: Pick<RunEstimate, 'sampledRecords' | 'isWhole'>,
  { budgets, tools, conversation, dataset, evaluators }: ResolvedBenchmarkConfig,
): Pick<RunEstimate, 'total' | 'unpriced' | 'notes'> {
  const paid = calls.filter(({ isPaid, toMake }) => isPaid && toMake > 0);
  const total = withoutUndefined({
    toMake: sum(paid.map(({ toMake }) => toMake)) ?? 0,
    inputTokens: sum(paid.map(({ tokens }) => tokens?.input ?? 0)) ?? 0,
    outputTokens: sum(paid.map(({ tokens }) => tokens?.output)),
    money: sum(paid.map(({ money }) => money)),
    mostMoney: sum(paid.map(({ mostMoney }) => mostMoney)),
  });
  const unpriced = [
    ...new Set(
      paid.flatMap(({ price, model, name }) => (price === undefined ? [model ?? name] : [])),
    ),
  ];
  const notes: string[] = [];
  if (!isWhole) notes.push(`counts are estimated from ${sampledRecords} records`);
  if (unpriced.length > 0) {
    notes.push(`no price is known of ${unpriced.join(', ')}: add it under "prices"`);
  }
  const endless = paid.filter(({ tokens }) => tokens?.output === undefined).map(labelOf);
  if (endless.length > 0) {
    notes.push(
      `how long answers of ${endless.join(', ')} become is not known: "max_tokens" among the parameters, or some answers that are there, would say it`,
    );
  }
  const limited = paid.filter(({ tokens }) => tokens?.outputFrom === 'limit').map(labelOf);
  if (limited.length > 0) {
    notes.push(
      `answers of ${limited.join(', ')} are counted with the most tokens that they may have`,
    );
  }
  if (paid.some(({ kind }) => kind === 'evaluator')) {
    notes.push('an evaluator is asked only about cases that have an answer');
  }
  const isSent =
    dataset.attachments?.some(({ send }) => send) === true ||
    evaluators.some(({ config }) => config?.['attachments'] === true);
  if (isSent && dataset.attachments !== undefined && total.toMake > 0) {
    notes.push(
      'tokens and money are lower bounds: what servers charge for the attachments comes in addition, and depends on server, model and size',
    );
  }
  const hasSteps =
    tools !== undefined ||
    conversation !== undefined ||
    dataset.fields.tools !== undefined ||
    dataset.fields.turns !== undefined;
  if (hasSteps && total.toMake > 0) {
    notes.push(
      'a case with tools or several turns is counted with its first call: each further step and turn, and each turn of a simulated user, is another',
    );
  }
  const { money, tokens } = budgets;
  if (money !== undefined && total.money !== undefined && total.money > money) {
    notes.push(`the budget of ${money} will not do`);
  }
  const used = total.outputTokens === undefined ? 0 : total.inputTokens + total.outputTokens;
  if (tokens !== undefined && used > tokens) {
    notes.push(`the budget of ${tokens} tokens will not do`);
  }
  return { total, unpriced, notes };
}

function labelOf({ kind, name, model }: CallEstimate): string {
  return kind === 'provider' ? (model ?? name) : name;
}

/** Undefined if one of the parts is undefined. */
function sum(parts: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const part of parts) {
    if (part === undefined) return undefined;
    total += part;
  }
  return total;
}
