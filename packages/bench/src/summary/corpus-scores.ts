import { isObject } from '../is-object.js';
import type { SystemName } from '../results/score-board.js';
import { damagedRun } from '../results/check-row.js';
import { intervalLabel } from './estimate-mean.js';
import type { Metric } from './metric-list.js';
import type { CorpusSummary, Interval } from './run-summary.js';
import type { ScoredRun } from './score-table.js';
import { systemKey } from './score-table.js';
import { scoreSignature } from './score-signature.js';

type Json = Readonly<Record<string, unknown>>;

/** A score of a whole set from a run's `summary.json`, after validation. */
interface StoredSet {
  readonly evaluator: string;
  readonly labels: Json;
  readonly n: number;
  /** The evaluator's name, alone or with the name of a value. */
  readonly metric: string;
  readonly value: number | null;
  readonly interval: Interval | null;
}

/**
 * The scores of whole sets that a run computed at its end, by system.
 *
 * @param metrics Metrics of the plan, for signatures.
 * @returns An entry for each system that has such scores, by its key.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export function corpusScores(
  { path, summary }: Pick<ScoredRun, 'path' | 'summary'>,
  metrics: readonly Metric[],
): Map<string, CorpusSummary[]> {
  const stored = isObject(summary) ? summary['sets'] : undefined;
  if (stored === undefined) return new Map();
  if (!Array.isArray(stored)) throw damagedRun(path, '"sets" of its summary.json is no list');
  const sets = stored.flatMap((set: unknown) => readSet(set, path));
  const groups = new Map<string, CorpusSummary['groups'][number][]>();
  for (const set of sets) {
    const { group } = set.labels;
    if (typeof group !== 'string') continue;
    const signature = signatureOf(set, metrics, group);
    const entry = { group, n: set.n, value: set.value, signature };
    const list = groups.get(setKey(set));
    if (list === undefined) groups.set(setKey(set), [entry]);
    else list.push(entry);
  }
  const found = new Map<string, CorpusSummary[]>();
  for (const set of sets) {
    if ('group' in set.labels) continue;
    const key = systemKey(set.labels as unknown as SystemName);
    const list = found.get(key) ?? [];
    found.set(key, list);
    list.push(summarise(set, groups.get(setKey(set)) ?? [], metrics));
  }
  return found;
}

/** Key of a system's metric, regardless of the group. */
function setKey({ labels, metric }: StoredSet): string {
  return JSON.stringify([systemKey(labels as unknown as SystemName), metric]);
}

function summarise(
  set: StoredSet,
  groups: CorpusSummary['groups'],
  metrics: readonly Metric[],
): CorpusSummary {
  const { evaluator, metric, n, value, interval } = set;
  return { evaluator, metric, n, value, interval, groups, signature: signatureOf(set, metrics) };
}

function signatureOf(
  { evaluator, metric, n, interval }: StoredSet,
  metrics: readonly Metric[],
  group?: string,
): string {
  const known = metrics.find((each) => each.kind === 'evaluator' && each.metric === evaluator);
  const label = intervalLabel(interval);
  return scoreSignature({
    metric,
    ...(known?.version === undefined ? {} : { version: known.version }),
    ...(known?.digest === undefined ? {} : { digest: known.digest }),
    ...(known?.config === undefined ? {} : { config: known.config }),
    ...(group === undefined ? {} : { group }),
    n,
    // Failed cases have nothing to add up, even if they count as wrong elsewhere.
    onError: 'missing',
    ...(label === undefined ? {} : { interval: label }),
  });
}

/** The score of a set and its evaluator's further values: one entry each. */
function readSet(set: unknown, path: string): StoredSet[] {
  const wrong = (): never => {
    throw damagedRun(path, 'an entry of "sets" of its summary.json is no score of a set');
  };
  if (!isObject(set)) return wrong();
  const { evaluator, labels, n, score, metrics = {}, bootstrap = null } = set;
  if (typeof evaluator !== 'string' || !isObject(labels) || !isObject(metrics)) return wrong();
  if (!Number.isSafeInteger(n) || !(bootstrap === null || isBootstrap(bootstrap))) return wrong();
  const facts = { evaluator, labels, n: n as number };
  const values: [metric: string, value: unknown][] = [
    [evaluator, score],
    ...Object.entries(metrics).map(([name, value]): [string, unknown] => [
      `${evaluator}.${name}`,
      value,
    ]),
  ];
  return values.map(([metric, value]): StoredSet => {
    if (value === null) return Object.assign({ metric, value: null, interval: null }, facts);
    if (!isObject(value) || !Number.isFinite(value['value'])) return wrong();
    const interval = readInterval(value['interval'], bootstrap);
    if (interval === undefined) return wrong();
    return Object.assign({ metric, value: value['value'] as number, interval }, facts);
  });
}

interface Bootstrap {
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
  readonly blocks?: number;
  readonly clusteredBy?: string;
}

function isBootstrap(value: unknown): value is Bootstrap {
  return (
    isObject(value) &&
    typeof value['confidence'] === 'number' &&
    Number.isSafeInteger(value['resamples']) &&
    Number.isSafeInteger(value['seed']) &&
    (value['clusteredBy'] === undefined ||
      (typeof value['clusteredBy'] === 'string' && Number.isSafeInteger(value['blocks'])))
  );
}

/** @returns undefined if it is not an interval. */
function readInterval(value: unknown, bootstrap: Bootstrap | null): Interval | null | undefined {
  if (value === null || value === undefined) return null;
  if (!isObject(value) || bootstrap === null) return undefined;
  const { low, high } = value;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  const { confidence, resamples, seed, clusteredBy, blocks } = bootstrap;
  return {
    low: low as number,
    high: high as number,
    confidence,
    method: 'bootstrap',
    ...(clusteredBy === undefined ? {} : { clusteredBy, clusters: blocks! }),
    resamples,
    seed,
  };
}
