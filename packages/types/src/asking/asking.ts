import type { PluginInput, ProviderData } from '../data/plugin-data.js';
import type { HostCode } from '../abi/result-codes.js';

/** A request over HTTP that a plugin asks its host to make, in the wire's names: what `host_http_open` takes. */
export interface RequestAsk {
  readonly url: string;
  /** @default 'GET' */
  readonly method?: string;
  /** Values may hold `${secret:NAME}`, which the host fills in. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly body_base64?: string;
  /** Time from asking to the last byte, in milliseconds. @default the call's */
  readonly timeout_ms?: number;
}

/** A completion that a plugin asks a provider of its host for. */
export interface CompletionAsk {
  /** The provider's name. There is no default, so that no model judges itself, and nothing is paid for by mistake. */
  readonly provider: string;
  /** The provider's input. */
  readonly complete: ProviderData;
}

/** Texts that a plugin asks a provider of its host to turn into embeddings. */
export interface EmbeddingAsk {
  /** The provider's name. There is no default, as for {@link CompletionAsk}. */
  readonly provider: string;
  readonly embed: EmbeddingRequest;
}

/** What an {@link EmbeddingAsk} wants. */
export interface EmbeddingRequest {
  readonly model: string;
  /** 1 to 64 texts. */
  readonly input: readonly string[];
  /** Length of the vectors, for models that have several. @default the model's */
  readonly dimensions?: number;
}

/** One thing that a plugin wants to know. */
export type Ask = RequestAsk | CompletionAsk | EmbeddingAsk;

/** A plugin's answer instead of a result: what it wants to know, and what it wants to get back. */
export interface AskRound {
  /** 1 to 16 asks; answered in this order. */
  readonly asks: readonly Ask[];
  /** Any JSON; comes back as it is. */
  readonly continue: unknown;
}

/** Why there is no answer to an ask. */
export interface AskError {
  /** A `HostCode`, as `host_http_open` and `host_http_head` return it; `notFound` for a provider that does not exist. */
  readonly code: (typeof HostCode)[keyof typeof HostCode];
  /** For people. It contains neither secrets nor whole inputs. */
  readonly message: string;
  /** True if the same ask may succeed when repeated, false if it would fail again. @default unknown */
  readonly retryable?: boolean;
  /** @default unknown */
  readonly retry_after_ms?: number;
}

/** A server's answer to a {@link RequestAsk}, regardless of its status. */
export interface ResponseAnswer {
  readonly status: number;
  /** Its URL after redirects. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, if it is UTF-8. */
  readonly body?: string;
  /** The body, if it is not. */
  readonly body_base64?: string;
}

/** A host's answer to one ask. */
export type AskAnswer =
  | ResponseAnswer
  /** The `data` that a provider returned. */
  | { readonly output: unknown }
  | { readonly error: AskError };

/** The input of the second call of a plugin, with the answers to its asks. */
export interface RoundInput<Data = unknown> extends PluginInput<Data> {
  /** Unchanged, as the plugin returned it. */
  readonly continue?: unknown;
  /** As many as there were asks, in their order. Absent in the first round. */
  readonly answers?: readonly AskAnswer[];
}

/** True for an ask that a provider is to answer. */
export function isCompletionAsk(ask: Ask): ask is CompletionAsk {
  return Object.hasOwn(ask, 'complete');
}

/** True for an ask for embeddings. */
export function isEmbeddingAsk(ask: Ask): ask is EmbeddingAsk {
  return Object.hasOwn(ask, 'embed');
}

/** True for an ask that names a provider, which answers it. */
export function isProviderAsk(ask: Ask): ask is CompletionAsk | EmbeddingAsk {
  return isCompletionAsk(ask) || isEmbeddingAsk(ask);
}

/**
 * The input of the provider that is asked: for embeddings, the model and the texts as `embed`.
 *
 * @example
 * ```ts
 * import { dataOfAsk } from '@testbench/types/asking';
 *
 * dataOfAsk({ provider: 'p', embed: { model: 'm', input: ['a'] } }); // => { model: 'm', embed: ['a'] }
 * ```
 */
export function dataOfAsk(ask: CompletionAsk | EmbeddingAsk): ProviderData {
  if (!isEmbeddingAsk(ask)) return ask.complete;
  const { model, input, dimensions } = ask.embed;
  return { model, embed: input, ...(dimensions === undefined ? {} : { dimensions }) };
}

/**
 * Finds out why a provider's output does not answer an ask.
 *
 * @param output The provider's output, already checked by `validateOutputData`.
 * @returns The problem in words; undefined if there is none.
 *
 * @example
 * ```ts
 * import { problemOfOutput } from '@testbench/types/asking';
 *
 * const ask = { provider: 'p', embed: { model: 'm', input: ['a', 'b'] } };
 * problemOfOutput(ask, { text: '', model: 'm', embeddings: [[1, 0]] }); // => 'the provider gave 1 embeddings for 2 texts'
 * ```
 */
export function problemOfOutput(
  ask: CompletionAsk | EmbeddingAsk,
  output: unknown,
): string | undefined {
  if (!isEmbeddingAsk(ask)) return undefined;
  const { embeddings } = Object(output) as { readonly embeddings?: unknown };
  if (!Array.isArray(embeddings)) return 'the provider gave no embeddings';
  const wanted = ask.embed.input.length;
  if (embeddings.length === wanted) return undefined;
  return `the provider gave ${embeddings.length} embeddings for ${wanted} texts`;
}
