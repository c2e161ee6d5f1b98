import type { ProviderData } from '@testbench/types';
import type { Ask, AskAnswer, AskRound } from '@testbench/types/asking';

/** A completion that a plugin asks for. */
export interface ModelAsk {
  /** Id of the plugin that asks. */
  readonly pluginId: string;
  /** The provider's name, as the plugin gave it: untrusted text. */
  readonly provider: string;
  /** The data for the provider: untrusted JSON. */
  readonly data: ProviderData;
  readonly requestId?: string;
  /** Fires when the call is over. */
  readonly signal: AbortSignal;
}

/**
 * Answers for a provider that a plugin names.
 *
 * @returns The `data` of the provider's output, a JSON value.
 * @throws A `CallError` of code `CALL_NOT_FOUND` if the provider does not exist. Of other errors, the plugin sees only `retryable` and
 *   `retryAfterMs`, and the message of a `CallError`.
 */
export type AskModel = (ask: ModelAsk) => unknown;

/** A round of a call, with the asks to be answered. */
export interface AskedRound extends AskRound {
  /** Number of the round in its call, from 1. */
  readonly round: number;
  /** Number of its first ask among those of the call, from 0. */
  readonly firstAsk: number;
}

/** What the plugin gets back. */
export interface AnsweredRound {
  /** As many as there were asks, in their order. */
  readonly answers: readonly AskAnswer[];
  /** Replaces the plugin's own `continue`. @default the plugin's own */
  readonly continue?: unknown;
}

/**
 * Intercepts the asks between a plugin and its host: to store answers, repeat an ask, or hold one back. The time that it takes does
 * not count as the call's.
 *
 * @param ask Lets the host answer one ask, with the usual checks, within the time limit of the call. Rejects only when the call is over.
 * @throws Any error: the call then fails with `CALL_CANCELLED`, with this error as its cause.
 */
export type AnswerAsks = (
  round: AskedRound,
  ask: (ask: Ask, signal?: AbortSignal) => Promise<AskAnswer>,
) => Promise<AnsweredRound>;
