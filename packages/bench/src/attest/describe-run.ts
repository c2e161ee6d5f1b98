import { createHash } from 'node:crypto';

import { REWRITE_VERSION } from '@testbench/metering';

import { canonicalRow } from '../results/canonical-row.js';
import type { StoredRun } from '../results/read-run.js';
import type { ResultRow } from '../results/result-row.js';
import type { AttestedPlugin, AttestedScore, RunClaim } from './attestation.js';

/** Reads all rows of a run, and returns what can be claimed about it. */
export async function describeClaim(run: StoredRun, signal?: AbortSignal): Promise<RunClaim> {
  const hash = createHash('sha256');
  const means = new Means();
  let rows = 0;
  for await (const row of run.rows()) {
    signal?.throwIfAborted();
    hash.update(`${canonicalRow(row)}\n`);
    means.add(row);
    rows += 1;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  const { plan } = run;
  return {
    // The version of the artifact is the start of the plan's digest.
    artifact: { digest, name: plan.name, version: run.digest.slice(7, 19) },
    predicate: {
      plan: run.digest,
      dataset: { digest: plan.dataset.digest, records: plan.dataset.records },
      plugins: pluginsOf(run),
      results: { digest, rows },
      summary: means.list(),
      versions: { contract: plan.contract, rewrite: REWRITE_VERSION },
    },
  };
}

function pluginsOf({ plan }: StoredRun): AttestedPlugin[] {
  const { providers, transforms, evaluators, filters } = plan;
  const at = (place: string) => (_: unknown, index: number) => `${place}[${index}]`;
  const places = [
    ...providers.map(at('providers')),
    ...transforms.map(at('transforms')),
    ...evaluators.map(({ as }) => as),
    ...filters.map(at('filters')),
  ];
  const used = [...providers, ...transforms, ...evaluators, ...filters];
  return used.map(({ name, version, digest }, index) => ({
    as: places[index]!,
    name,
    version,
    digest,
  }));
}

/** Means of scores, in the order of the rows, so that they are the same to the last digit on every machine. */
class Means {
  readonly #sums = new Map<
    string,
    { readonly of: Omit<AttestedScore, 'n' | 'mean'>; n: number; sum: number }
  >();

  add({ provider, model, prompt, scores, failure, dropped }: ResultRow): void {
    if (failure !== undefined || dropped !== undefined) return;
    for (const [evaluator, score] of Object.entries(scores)) {
      const of = { provider, model, prompt, evaluator };
      const key = JSON.stringify(of);
      const found = this.#sums.get(key) ?? { of, n: 0, sum: 0 };
      found.n += 1;
      found.sum += score;
      this.#sums.set(key, found);
    }
  }

  list(): AttestedScore[] {
    const keys = [...this.#sums.keys()].toSorted();
    return keys.map((key) => {
      const { of, n, sum } = this.#sums.get(key)!;
      return Object.assign(of, { n, mean: sum / n });
    });
  }
}
