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

/** One thing that a plugin wants to know. */
export type Ask = RequestAsk | CompletionAsk;

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
