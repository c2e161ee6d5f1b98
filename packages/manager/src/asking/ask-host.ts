import type { HttpClient } from '@testbench/host/http';
import type { PermissionSet } from '@testbench/sandbox';
import { escapeText, validateOutputData } from '@testbench/types';
import { type EffectCall, HostCode, type LogSink } from '@testbench/types/abi';
import {
  type Ask,
  type AskAnswer,
  type AskError,
  type CompletionAsk,
  dataOfAsk,
  type EmbeddingAsk,
  isEmbeddingAsk,
  isProviderAsk,
  MAX_ANSWER_BODY_BYTES,
  problemOfOutput,
} from '@testbench/types/asking';
import { CallError } from '@testbench/types/errors';

import type { AskModel } from './asking.js';

/** What an {@link AskHost} offers, and to which plugin. */
export interface AskHostOptions {
  readonly pluginId: () => string;
  readonly permissions: PermissionSet;
  /** The plugin's connections, created on first use. */
  readonly openHttp: () => Promise<HttpClient>;
  readonly askModel: AskModel | undefined;
  readonly onLog: LogSink;
  readonly now: (() => number) | undefined;
}

/** An answered ask. */
export interface AnsweredAsk {
  readonly answer: AskAnswer;
  readonly denied: boolean;
}

/** Answers what one version of a plugin asks: checks each ask against the permissions, and makes it. */
export class AskHost {
  readonly #options: AskHostOptions;

  constructor(options: AskHostOptions) {
    this.#options = options;
  }

  /** Answers one ask. Never rejects: a failure is an answer. */
  async answer(ask: Ask, call: EffectCall): Promise<AnsweredAsk> {
    if (isProviderAsk(ask)) return await this.#askProvider(ask, call);
    const client = await this.#options.openHttp();
    // Loaded on demand: it takes 20 MB, and most plugins never ask.
    const { answerRequest } = await import('@testbench/host/http');
    const { answer, denied, problem } = await answerRequest(
      client,
      ask,
      call,
      MAX_ANSWER_BODY_BYTES,
    );
    if (denied !== undefined) this.#log(`denied: ${denied}`, call);
    if (problem !== undefined) this.#log(problem, call);
    return { answer, denied: denied !== undefined };
  }

  async #askProvider(ask: CompletionAsk | EmbeddingAsk, call: EffectCall): Promise<AnsweredAsk> {
    const { askModel, permissions, pluginId } = this.#options;
    const { provider } = ask;
    const kind = isEmbeddingAsk(ask) ? 'embeddings' : 'completion';
    const what = `${kind} by provider ${JSON.stringify(provider)}`;
    // Without a host that answers for providers, such asks are neither possible nor permitted.
    if (askModel === undefined || permissions.granted.network !== true) {
      this.#log(`denied: ${what}`, call);
      const message = 'it is not permitted';
      return { answer: refusal(HostCode.permissionDenied, message), denied: true };
    }
    try {
      const { requestId, signal = new AbortController().signal } = call;
      const output = await askModel({
        pluginId: pluginId(),
        provider,
        data: dataOfAsk(ask),
        signal,
        ...(requestId === undefined ? {} : { requestId }),
      });
      const own = ownOutput(output);
      // The host's own function gives it, so that nothing has checked it yet.
      if (isEmbeddingAsk(ask)) validateOutputData('provider', own);
      const problem = problemOfOutput(ask, own);
      if (problem !== undefined) throw new CallError('CALL_INVALID_OUTPUT', problem);
      return { answer: { output: own }, denied: false };
    } catch (error) {
      const answer = failureOf(error, provider);
      this.#log(`${what}: ${error instanceof CallError ? error.code : 'it failed'}`, call);
      return { answer, denied: false };
    }
  }

  #log(message: string, { requestId }: EffectCall): void {
    const { pluginId, onLog, now } = this.#options;
    try {
      onLog({
        pluginId: pluginId(),
        level: 'warn',
        message: escapeText(message),
        timestampMs: now?.() ?? Date.now(),
        ...(requestId === undefined ? {} : { requestId }),
      });
    } catch {
      // A failing sink is not the plugin's fault, and cannot be reported: the record is lost.
    }
  }
}

/** An answer that reports a refusal. */
export function refusal(
  code: AskError['code'],
  message: string,
  advice: Pick<AskError, 'retryable' | 'retry_after_ms'> = {},
): AskAnswer {
  return { error: { code, message, ...advice } };
}

/** A copy through JSON: the provider's own object is not shared. */
function ownOutput(output: unknown): unknown {
  const text = JSON.stringify(output) as string | undefined;
  if (text === undefined)
    throw new CallError('CALL_INVALID_OUTPUT', 'Cannot read output: there is none');
  if (text.length <= MAX_ANSWER_BODY_BYTES) return JSON.parse(text);
  throw new CallError('CALL_OUTPUT_TOO_LARGE', `Cannot read output: ${text.length} characters`);
}

function failureOf(error: unknown, provider: string): AskAnswer {
  if (!(error instanceof CallError)) return refusal(HostCode.inputOutput, 'the provider failed');
  if (error.code === 'CALL_NOT_FOUND') {
    return refusal(HostCode.notFound, `there is no provider ${JSON.stringify(provider)}`);
  }
  if (error.code === 'CALL_CANCELLED') return refusal(HostCode.cancelled, 'the call is over');
  const { retryable, retryAfterMs, message } = error;
  return refusal(HostCode.inputOutput, message, {
    ...(retryable === undefined ? {} : { retryable }),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  });
}
