import { InvalidInputError } from './invalid-input.js';
import type { Definition } from './definition.js';

type Values = Readonly<Record<string, unknown>>;

/** Passes the data of a call to the author's function. */
export function callScript(
  { type, way, call, aggregate }: Definition,
  data: unknown,
  context: object,
): unknown {
  if (type === 'transform' || type === 'custom') return call(data, context);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new InvalidInputError('the data are not an object');
  }
  const values = data as Values;
  if (type === 'evaluator') {
    if (aggregate !== undefined && isAggregate(values)) {
      return aggregate(values['aggregate'], values['n'], context);
    }
    if (values['output'] === undefined)
      throw new InvalidInputError('the field "output" is missing');
    return call(values, context);
  }
  if (type === 'filter') {
    if (!Array.isArray(values['items'])) throw new InvalidInputError('expected a list "items"');
    return way === 'keep' ? keepItems(call, values['items'], context) : call(values, context);
  }
  if (typeof values['model'] !== 'string')
    throw new InvalidInputError('the text "model" is missing');
  if (typeof values['prompt'] !== 'string' && !Array.isArray(values['messages'])) {
    throw new InvalidInputError('expected "prompt" or "messages"');
  }
  return call(values, context);
}

const isAggregate = (data: Values): boolean =>
  typeof data['aggregate'] === 'object' && Object.keys(data).length === 2 && 'n' in data;

async function keepItems(
  call: Definition['call'],
  items: readonly unknown[],
  context: object,
): Promise<unknown> {
  const verdicts = await Promise.all(items.map((item, index) => call(item, context, index)));
  const dropped = verdicts.flatMap((verdict, index) => {
    if (verdict === true) return [];
    if (verdict === false) return [{ index }];
    if (typeof verdict === 'string') return [{ index, reason: verdict }];
    throw new TypeError(
      `Cannot use what keep() gave for item ${index}: expected true, false or the reason to drop it, found ${name(verdict)}`,
    );
  });
  return { items: items.filter((_, index) => verdicts[index] === true), dropped };
}

/** Converts an author function's result to the shape of the contract. */
export function shapeResult({ type }: Definition, result: unknown, data: unknown): unknown {
  if (type === 'evaluator') return shapeScore(result);
  if (type === 'provider') {
    const answer = typeof result === 'string' ? { text: result } : result;
    if (typeof answer !== 'object' || answer === null) {
      throw new TypeError(
        `Cannot use what complete() gave: expected a text or an object, found ${name(result)}`,
      );
    }
    return { model: (data as Values)['model'], ...answer };
  }
  if (result === undefined)
    throw new TypeError('Cannot use what the script gave: it returned nothing');
  return result;
}

function shapeScore(result: unknown): unknown {
  if (typeof result === 'boolean') return { score: result ? 1 : 0 };
  const evaluation = typeof result === 'number' ? { score: result } : result;
  if (typeof evaluation !== 'object' || evaluation === null) {
    throw new TypeError(
      `Cannot use what evaluate() gave: expected a number, true or false, or an object with a score, found ${name(result)}`,
    );
  }
  const { score } = evaluation as Values;
  if (typeof score === 'boolean') return { ...evaluation, score: score ? 1 : 0 };
  if (typeof score !== 'number' || !(score >= 0 && score <= 1)) {
    throw new RangeError(
      `Cannot use what evaluate() gave: the score is ${name(score)}, expected 0 to 1`,
    );
  }
  return evaluation;
}

function name(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'number' || value === null ? String(value) : `a ${typeof value}`;
}
