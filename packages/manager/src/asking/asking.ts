import type { ProviderData } from '@testbench/types';
import type { Ask, AskAnswer, AskRound } from '@testbench/types/asking';

/** A completion that a plugin asks for. */
export interface ModelAsk {
  /** Id of the plugin that asks. */
  readonly pluginId: string;
  /** The provider's name, as the plugin gave it: untrusted text. */
  readonly provider: string;
  /** What the provider is to get: untrusted JSON. */
  readonly data: ProviderData;
  readonly requestId?: string;
  /** Fires when the call is over. */
  readonly signal: AbortSignal;
}

/**
 * Answers for a provider that a plugin names.
 *
 * @returns The `data` that the provider gave, as JSON has it.
 * @throws A `CallError` of code `CALL_NOT_FOUND` if the provider does not exist. Of other errors the plugin learns what `retryable` and
 *   `retryAfterMs` say, and of a `CallError` its message.
 */
export type AskModel = (ask: ModelAsk) => unknown;

/** A round of a call, on its way to those who know. */
export interface AskedRound extends AskRound {
  /** Number of the round in its call, from 1. */
  readonly round: number;
  /** Number of its first ask among those of the call, from 0. */
  readonly firstAsk: number;
}

/** What comes back to the plugin. */
export interface AnsweredRound {
  /** As many as there were asks, in their order. */
  readonly answers: readonly AskAnswer[];
  /** In place of what the plugin gave. @default what the plugin gave */
  readonly continue?: unknown;
}

/**
 * Stands between a plugin that asks and the host that finds out: to keep answers, to make an ask again, to hold one back. The time that it takes is
 * not the call's.
 *
 * @param ask Has the host answer one ask, checked as any other, within the time limit of the call. Never rejects but when the call is over.
 * @throws Whatever it throws is the cause of the `CALL_CANCELLED` that the call fails with.
 */
export type AnswerAsks = (
  round: AskedRound,
  ask: (ask: Ask, signal?: AbortSignal) => Promise<AskAnswer>,
) => Promise<AnsweredRound>;
