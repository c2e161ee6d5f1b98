import type { CallMeasured, ResultRow } from '@testbench/bench/results';

type Usage = NonNullable<ResultRow['usage']>;

/** A call of a row that waited for a model: by its provider or by a judge. */
export interface ModelCall {
  /** `provider`, or the evaluator's name. */
  readonly stage: string;
  /** Who was asked, as named in the configuration. */
  readonly provider: string;
  /** Undefined for a judge, whose models only its plugin knows. */
  readonly model: string | undefined;
  readonly measured: CallMeasured;
  readonly usage: Usage | undefined;
  /** The code of a failure. */
  readonly error: string | undefined;
  readonly status: number | undefined;
  readonly finishReason: string | undefined;
}

/** The stage of a row's provider, as rows name it. */
export const PROVIDER = 'provider';

/** The calls of a row that waited for models. Calls that waited for nothing have no times, and none are made up. */
export function modelCallsOf(row: ResultRow): ModelCall[] {
  const { measured, failure, errors, usage, finishReason } = row;
  if (measured === undefined) return [];
  const calls: ModelCall[] = [];
  if (measured.totalMs !== undefined || measured.attempts !== undefined) {
    const failed = failure?.stage === PROVIDER ? failure : undefined;
    calls.push({
      stage: PROVIDER,
      provider: row.provider,
      model: row.model,
      measured,
      usage,
      error: failed?.code,
      status: failed?.status,
      finishReason,
    });
  }
  const { judges } = measured;
  if (judges === undefined) return calls;
  for (const [stage, judge] of Object.entries(judges)) {
    const failed = errors !== undefined && Object.hasOwn(errors, stage) ? errors[stage] : undefined;
    calls.push({
      stage,
      provider: stage,
      model: undefined,
      measured: judge,
      usage: judge.usage,
      error: failed?.code,
      status: failed?.status,
      finishReason: undefined,
    });
  }
  return calls;
}

/** A provider's name in the conventions; other providers keep their name from the configuration. */
export function providerName(name: string): string {
  return WELL_KNOWN.get(name) ?? name;
}

/** Providers whose names differ: the conventions use the same names as we do for OpenAI, Anthropic, Groq, Cohere and more. */
const WELL_KNOWN: ReadonlyMap<string, string> = new Map([
  ['gemini', 'gcp.gemini'],
  ['google', 'gcp.gen_ai'],
  ['mistral', 'mistral_ai'],
  ['xai', 'x_ai'],
]);
