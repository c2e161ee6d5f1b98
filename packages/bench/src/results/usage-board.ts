import { TOOL_CHECK, toolStageName, USER_STAGE } from '../run/conversation/stage-names.js';
import type { ResultRow, TranscriptEntry } from './result-row.js';

/** Totals of the calls of one stage, over all rows of a run. */
export interface StageUsage {
  readonly calls: number;
  readonly failedCalls: number;
  /** Fuel of calls that gave an answer. */
  readonly fuelUsed: number;
}

interface Usage {
  calls: number;
  failedCalls: number;
  fuelUsed: number;
}

/** Tokens and cost of rows, as paid when the answers were given. */
export interface PaidUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Prompt tokens that servers had cached. */
  readonly cachedTokens: number;
  /** In the currency of the price table; undefined if no row has a price. */
  readonly cost?: number;
  /** Answers that came from the cache and cost nothing in this run. */
  readonly cachedAnswers: number;
}

/** Sums up the usage of calls in rows, by stage. */
export class UsageBoard {
  readonly #stages = new Map<string, Usage>();
  /** By name: a row has one provider, whose stage has the same name in all rows. */
  readonly #providers = new Map<string, Usage>();
  readonly #paid = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, cachedAnswers: 0 };
  #cost: number | undefined;

  add(row: ResultRow): void {
    const { measured } = row;
    if (row.fuel !== undefined) this.#addFuel(row, row.fuel);
    if (measured?.fuel !== undefined) this.#addFuel(row, measured.fuel);
    if (row.failure !== undefined) fail(this.#of(row.failure.stage, row.provider));
    if (row.errors !== undefined)
      for (const name of Object.keys(row.errors)) fail(usageOf(this.#stages, name));
    if (measured === undefined) return;
    this.#pay(row.usage, measured);
    for (const judge of Object.values(measured.judges ?? {})) this.#pay(judge.usage, judge);
    if (measured.user !== undefined) this.#pay(measured.user.usage, measured.user);
  }

  /** @param provider Its name, for the stage `provider`. */
  of(stage: string, provider = ''): StageUsage {
    return this.#placeOf(stage).get(stage === PROVIDER ? provider : stage) ?? noUsage();
  }

  get paid(): PaidUsage {
    return { ...this.#paid, ...(this.#cost === undefined ? {} : { cost: this.#cost }) };
  }

  #addFuel(row: ResultRow, fuel: Readonly<Record<string, number>>): void {
    for (const stage of Object.keys(fuel)) {
      const usage = this.#of(stage, row.provider);
      usage.calls += callsOf(row, stage);
      usage.fuelUsed += fuel[stage]!;
    }
  }

  #pay(usage: ResultRow['usage'], measured: ResultRow['measured']): void {
    if (usage !== undefined) {
      this.#paid.promptTokens += usage.promptTokens;
      this.#paid.completionTokens += usage.completionTokens;
      this.#paid.cachedTokens += usage.cachedTokens;
    }
    if (measured?.cost !== undefined) this.#cost = (this.#cost ?? 0) + measured.cost;
    if (measured?.cached === true) this.#paid.cachedAnswers += 1;
  }

  #of(stage: string, provider: string): Usage {
    return usageOf(this.#placeOf(stage), stage === PROVIDER ? provider : stage);
  }

  #placeOf(stage: string): Map<string, Usage> {
    return stage === PROVIDER ? this.#providers : this.#stages;
  }
}

/** The stage whose name does not say which one it is. */
const PROVIDER = 'provider';

function noUsage(): Usage {
  return { calls: 0, failedCalls: 0, fuelUsed: 0 };
}

function usageOf(place: Map<string, Usage>, name: string): Usage {
  let usage = place.get(name);
  if (usage === undefined) {
    usage = noUsage();
    place.set(name, usage);
  }
  return usage;
}

function fail(usage: Usage): void {
  usage.calls += 1;
  usage.failedCalls += 1;
}

/** Calls of a stage that gave an answer: in a conversation there may be several. */
function callsOf({ steps, transcript }: ResultRow, stage: string): number {
  if (transcript === undefined) return 1;
  if (stage === PROVIDER) return steps ?? 1;
  const isCall = (entry: TranscriptEntry): boolean => {
    const { role, name = '', error, simulated } = entry;
    if (stage === USER_STAGE) return simulated === true;
    if (stage === TOOL_CHECK) return role === 'tool' && !UNCHECKED.has(error);
    return role === 'tool' && error === undefined && stage === toolStageName(name);
  };
  return Math.max(1, transcript.filter(isCall).length);
}

/** Tools whose arguments were not checked. */
const UNCHECKED: ReadonlySet<string | undefined> = new Set([
  'TOOL_UNKNOWN',
  'TOOL_ARGUMENTS_INVALID',
  'TOOL_LIMIT',
]);
