import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { BenchError, type CallsConfig, type SpendingConfig } from '@testbench/bench';
import type { CallGate, GatedCall } from '@testbench/bench/calls';
import type { Redis } from 'ioredis';

import { HOLD_MS, SILENT_MS } from './limits.js';
import { keys } from './run-record.js';

/** The limits of a configuration that all workers share. */
export interface SharedLimits {
  readonly budgets: SpendingConfig & { readonly judge?: SpendingConfig };
  /** Rates by the path of the models, such as `providers[0].models`. */
  readonly rates: ReadonlyMap<string, Pick<CallsConfig, 'requestsPerMinute' | 'tokensPerMinute'>>;
}

/** Units of money, the same as within a process. */
const UNITS = 1_000_000_000;
/** How long a call waits before it checks again whether others have settled, in milliseconds. */
const LOOK_MS = 100;

/**
 * Takes units out of buckets that fill evenly, all or none: the generic cell rate algorithm, by the clock of Redis.
 * KEYS: one per bucket. ARGV: for each, milliseconds per unit, milliseconds of burst, units. Returns milliseconds to wait, 0 if they were taken.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for i = 1, #KEYS do
  local paid = tonumber(redis.call('GET', KEYS[i]) or '0')
  wait = math.max(wait, paid - tonumber(ARGV[i * 3 - 1]) - now)
end
if wait > 0 then return math.ceil(wait) end
for i = 1, #KEYS do
  local paid = tonumber(redis.call('GET', KEYS[i]) or '0')
  local next = math.max(paid, now) + tonumber(ARGV[i * 3]) * tonumber(ARGV[i * 3 - 2])
  redis.call('SET', KEYS[i], string.format('%.3f', next), 'PX', math.ceil(math.max(next - now, 0)) + 60000)
end
return 0`;

/**
 * Charges the maximum that a call can use, if every limit has that much left.
 * KEYS: amounts spent, holders. ARGV: worker and call, milliseconds of a hold, prefix of the keys of live workers, milliseconds without a sign of life, then
 * field, amount and limit for each. Returns 0 if charged, 1 if others hold the missing amount, 2 and the field if it is spent.
 */
const HOLD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
for i = 5, #ARGV, 3 do
  local spent = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0')
  if tonumber(ARGV[i + 2]) >= 0 and spent + tonumber(ARGV[i + 1]) > tonumber(ARGV[i + 2]) then
    local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now + tonumber(ARGV[2]) - tonumber(ARGV[4]))
    for _, holder in ipairs(old) do
      local worker = string.match(holder, '^(.*) ')
      if redis.call('EXISTS', ARGV[3] .. worker) == 0 then redis.call('ZREM', KEYS[2], holder) end
    end
    if redis.call('ZCARD', KEYS[2]) > 0 then return {1, ARGV[i]} end
    return {2, ARGV[i]}
  end
end
for i = 5, #ARGV, 3 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[2]), ARGV[1])
return {0, ''}`;

/** Returns the unused amounts. KEYS as above. ARGV: id, then field and amount for each. */
const SETTLE = `
redis.call('ZREM', KEYS[2], ARGV[1])
for i = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 0`;

/**
 * Budgets and rates in Redis that all workers of a run share.
 *
 * The maximum cost of a call is charged before it is made, and corrected afterwards: if a worker dies, its calls stay charged, since the server may have
 * billed them.
 *
 * @param worker Id of this worker: others do not wait for what a dead one would give back.
 */
export function createSharedGate(
  client: Redis,
  run: string,
  worker: string,
  limits: SharedLimits,
): CallGate {
  const { budgets, rates } = limits;
  const hasBudget = [budgets, budgets.judge].some(
    (one) => one?.tokens !== undefined || one?.money !== undefined,
  );
  return {
    async admit(call, signal) {
      const rate = rates.get(call.path);
      if (rate !== undefined) await takeRate(client, run, call, rate, signal);
      return hasBudget ? await hold(client, run, worker, call, budgets, signal) : () => {};
    },
  };
}

async function takeRate(
  client: Redis,
  run: string,
  { path, most }: GatedCall,
  {
    requestsPerMinute,
    tokensPerMinute,
  }: Pick<CallsConfig, 'requestsPerMinute' | 'tokensPerMinute'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const buckets: string[] = [];
  const args: number[] = [];
  const add = (name: string, perMinute: number | undefined, units: number): void => {
    if (perMinute === undefined) return;
    // The burst is one second's worth, and no minute exceeds its rate.
    const burst = Math.max(1, Math.floor(perMinute / 60));
    const msPerUnit = 60_000 / (perMinute - (burst - 1));
    buckets.push(keys.rate(run, `${path}:${name}`));
    args.push(msPerUnit, (burst - 1) * msPerUnit, units);
  };
  add('requests', requestsPerMinute, 1);
  add('tokens', tokensPerMinute, most.tokens);
  if (buckets.length === 0) return;
  await client.sadd(keys.rates(run), ...buckets);
  for (;;) {
    const wait = Number(await client.eval(TAKE, buckets.length, ...buckets, ...args));
    if (wait === 0) return;
    await sleep(wait, signal);
  }
}

async function hold(
  client: Redis,
  run: string,
  worker: string,
  { account, most }: GatedCall,
  budgets: SharedLimits['budgets'],
  signal: AbortSignal | undefined,
): Promise<(used: GatedCall['most'] | undefined) => void> {
  const id = `${worker} ${randomUUID()}`;
  const places = [keys.spent(run), keys.holds(run)] as const;
  const fields = fieldsOf(account, budgets);
  const amounts = (of: GatedCall['most']): number[] =>
    fields.map(({ kind }) => (kind === 'tokens' ? of.tokens : Math.ceil(exact(of.money * UNITS))));
  const wanted = amounts(most);
  const args = [
    id,
    HOLD_MS,
    keys.worker(''),
    SILENT_MS,
    ...fields.flatMap(({ field, limit }, at) => [field, wanted[at]!, limit]),
  ];
  for (;;) {
    const [answer, field] = (await client.eval(HOLD, 2, ...places, ...args)) as [number, string];
    if (answer === 0) break;
    if (answer === 2) {
      throw new BenchError(
        'BENCH_BUDGET_SPENT',
        `Cannot make a paid call: the run has not as much left of its budget (${field}), all workers together; raise it in "budgets" and run again: answers that came are kept`,
      );
    }
    await sleep(LOOK_MS, signal);
  }
  return (used) => {
    const given = used === undefined ? wanted : amounts(used);
    const back = fields.flatMap(({ field }, at) => [field, given[at]! - wanted[at]!]);
    // If Redis is unreachable for longer, the reservation counts as spent.
    client.eval(SETTLE, 2, ...places, id, ...back).catch(() => {});
  };
}

interface Field {
  readonly field: string;
  readonly kind: 'tokens' | 'money';
  /** In units; -1 for no limit. */
  readonly limit: number;
}

function fieldsOf(account: GatedCall['account'], budgets: SharedLimits['budgets']): Field[] {
  const fields: Field[] = [];
  const add = (who: string, { tokens, money }: SpendingConfig): void => {
    fields.push({ field: `${who}.tokens`, kind: 'tokens', limit: tokens ?? -1 });
    const units = money === undefined ? -1 : Math.floor(exact(money * UNITS));
    fields.push({ field: `${who}.money`, kind: 'money', limit: units });
  };
  add('run', budgets);
  if (account === 'judge') add('judges', budgets.judge ?? {});
  return fields;
}

/** A product of decimals may differ slightly from the whole number that it represents. */
function exact(product: number): number {
  return Number(product.toPrecision(15));
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    // Not all at the same moment.
    await setTimeout(ms + Math.random() * 20, undefined, signal === undefined ? {} : { signal });
  } catch (cause) {
    throw new BenchError('BENCH_CANCELLED', 'Cannot go on: the run was cancelled', { cause });
  }
}
