import { isObject } from '../is-object.js';
import { ownValue } from '../own-value.js';
import { canonicalJson } from './canonical-json.js';
import type { PlanContent } from './plan.js';

/** One difference between two plans. */
export interface PlanChange {
  /** Path of the value: `evaluators[0].config.ignoreCase`, `dataset.digest`. */
  readonly path: string;
  /** Undefined if the value was absent before. */
  readonly before?: unknown;
  /** Undefined if the value is absent now. */
  readonly after?: unknown;
}

/** Maximum number of differences listed; further ones are only counted. */
const MAX_CHANGES = 1000;

/**
 * Lists the differences between two plans, in the order of the second.
 *
 * @example
 * ```ts
 * import { comparePlans, type PlanContent } from '@testbench/bench';
 *
 * const plan = { name: 'sums', seed: 0, prompts: [{ name: 'p' }] } as unknown as PlanContent;
 * comparePlans(plan, { ...plan, seed: 1 }); // => [{ path: 'seed', before: 0, after: 1 }]
 * ```
 */
export function comparePlans(before: PlanContent, after: PlanContent): PlanChange[] {
  const changes: PlanChange[] = [];
  compare(before, after, '', changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: string, changes: PlanChange[]): void {
  if (changes.length >= MAX_CHANGES) return;
  if (isObject(before) && isObject(after)) {
    if (Array.isArray(before) !== Array.isArray(after)) {
      changes.push({ path, before, after });
      return;
    }
    const isList = Array.isArray(after);
    for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
      const place = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      compare(ownValue(before, key), ownValue(after, key), place, changes);
    }
    return;
  }
  if (before === after) return;
  changes.push({
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

/**
 * True if the rows of one plan are also rows of another: the plans differ only in which prompts, providers, models, epochs and records they have.
 * Everything that both have must be the same in both. Filters see all cases of a record at once, so none of their rows can be reused.
 */
export function canTakeOver(before: PlanContent, after: PlanContent): boolean {
  if (before.filters.length > 0 || after.filters.length > 0) return false;
  const { digest: _before, records: _records, ...selection } = before.dataset;
  const { digest: _after, records: _count, ...otherSelection } = after.dataset;
  // A longer data set has another digest: then ids say nothing about the content of records, and rows are requested again, from the cache.
  if (before.dataset.digest !== after.dataset.digest) return false;
  // Rows are compared record by record, and the digest is over all of them together.
  if (before.dataset.attachments?.digest !== after.dataset.attachments?.digest) return false;
  const rest = ({ fields, columns }: Partial<typeof selection>): unknown => ({ fields, columns });
  if (canonicalJson(rest(selection)) !== canonicalJson(rest(otherSelection))) return false;
  const isSame = (key: keyof PlanContent): boolean =>
    canonicalJson(before[key] ?? null) === canonicalJson(after[key] ?? null);
  const keys = [
    'formatVersion',
    'contract',
    'transforms',
    'evaluators',
    'onError',
    'tools',
    'toolCheck',
    'toolChoice',
    'maxSteps',
    'conversation',
  ] as const;
  return keys.every(isSame);
}

/** Checks whether a case of one plan is the same case in another one. */
export function sameCases(
  before: PlanContent,
  after: PlanContent,
): (name: { prompt: string; provider: string; model: string; epoch: number }) => boolean {
  const prompts = sharedNames(before.prompts, after.prompts, ({ name }) => name);
  const systemsOf = ({ providers }: PlanContent): { key: string; text: string }[] =>
    providers.flatMap(({ models, ...provider }) =>
      models.map((model) => ({
        key: JSON.stringify([provider.as, model.name]),
        text: canonicalJson({ provider, model }),
      })),
    );
  const systems = sharedNames(systemsOf(before), systemsOf(after), ({ key }) => key);
  return ({ prompt, provider, model, epoch }) =>
    prompts.has(prompt) &&
    systems.has(JSON.stringify([provider, model])) &&
    epoch <= after.epochs.count;
}

function sharedNames<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (item: T) => string,
): ReadonlySet<string> {
  const known = new Map(before.map((item) => [nameOf(item), canonicalJson(item)]));
  return new Set(
    after.filter((item) => known.get(nameOf(item)) === canonicalJson(item)).map(nameOf),
  );
}
