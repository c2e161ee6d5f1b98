import { isJsonObject } from '../data/is-json-object.js';
import { CallError } from '../errors/call-error.js';
import type { PluginMetadata } from '../metadata/plugin-metadata.js';
import { MAX_SUM_NAME_LENGTH, MAX_SUMS } from './limits.js';

/** `data` of an aggregate call, in the wire's names: the sums of metrics over a set of results. */
export interface AggregateData {
  /** By name of the metric; a result that lacks one counts as 0. */
  readonly aggregate: Readonly<Record<string, number>>;
  /** Number of results that were added up. */
  readonly n: number;
}

/**
 * True for the `data` of an aggregate call: exactly the two fields of {@link AggregateData}. No other call of an evaluator looks like
 * that, since it always has an `output`.
 *
 * @example
 * ```ts
 * import { isAggregateData } from '@testbench/types/aggregate';
 *
 * isAggregateData({ aggregate: { matches: 5 }, n: 2 }); // => true
 * isAggregateData({ output: 'a', aggregate: {}, n: 2 }); // => false
 * ```
 */
export function isAggregateData(data: unknown): data is AggregateData {
  return (
    isJsonObject(data) &&
    Object.keys(data).length === 2 &&
    Object.hasOwn(data, 'aggregate') &&
    Object.hasOwn(data, 'n') &&
    isJsonObject(data['aggregate']) &&
    typeof data['n'] === 'number'
  );
}

/**
 * Makes the `data` of an aggregate call.
 *
 * @param sums Finite numbers by name of the metric, at most 32,768 of them; copied.
 * @param n Number of results that were added up, a whole number from 1.
 * @throws {CallError} `CALL_INVALID_INPUT` for a sum that is not finite, such as one that overflowed, for no sums or too many; for
 *   a name of more than 256 characters; for an invalid `n`.
 *
 * @example
 * ```ts
 * import { aggregateData } from '@testbench/types/aggregate';
 *
 * aggregateData({ matches: 5, total: 8 }, 2); // => { aggregate: { matches: 5, total: 8 }, n: 2 }
 * ```
 */
export function aggregateData(sums: Readonly<Record<string, number>>, n: number): AggregateData {
  if (!isJsonObject(sums)) throw refuse(`expected an object of numbers, found ${typeof sums}`);
  const entries = Object.entries(sums);
  if (entries.length === 0) throw refuse('there is no metric');
  if (entries.length > MAX_SUMS) {
    throw refuse(`there are ${entries.length} metrics, limit is ${MAX_SUMS}`);
  }
  for (const [name, sum] of entries) {
    if (name.length > MAX_SUM_NAME_LENGTH) {
      throw refuse(
        `the name of a metric has ${name.length} characters, limit is ${MAX_SUM_NAME_LENGTH}`,
      );
    }
    if (!Number.isFinite(sum)) {
      throw refuse(`the sum of ${JSON.stringify(name)} is ${describe(sum)}, expected a number`);
    }
  }
  if (!Number.isSafeInteger(n) || n < 1) {
    throw refuse(`the number of results is ${describe(n)}, expected a whole number from 1`);
  }
  // fromEntries defines own properties, so a key `__proto__` stays data.
  return { aggregate: Object.fromEntries(entries), n };
}

/** What decides whether a plugin can be asked for the score of a set. */
export interface AggregatingPlugin {
  readonly id: string;
  readonly metadata: Pick<PluginMetadata, 'pluginType' | 'aggregate'>;
  /** Name of its wire protocol. */
  readonly contract: string;
}

/** True for an evaluator whose metrics are sums and that answers the aggregate call. */
export function canAggregate({ metadata, contract }: Omit<AggregatingPlugin, 'id'>): boolean {
  return (
    metadata.pluginType === 'evaluator' && metadata.aggregate === 'sums' && contract !== 'classic'
  );
}

/** @throws {CallError} `CALL_UNSUPPORTED` for a plugin that cannot be asked for the score of a set. */
export function requireAggregate(plugin: AggregatingPlugin): void {
  if (canAggregate(plugin)) return;
  const { id, metadata, contract } = plugin;
  let state = 'its metadata do not say that its metrics are sums';
  if (contract === 'classic') state = 'a classic plugin has no such call';
  else if (metadata.pluginType !== 'evaluator') {
    state = `it is a ${metadata.pluginType}, and only evaluators have such a call`;
  }
  throw new CallError('CALL_UNSUPPORTED', `Cannot aggregate with plugin "${id}": ${state}`);
}

function refuse(state: string): CallError {
  return new CallError('CALL_INVALID_INPUT', `Cannot aggregate: ${state}`);
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}
