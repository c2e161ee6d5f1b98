import { type EffectCall, type EffectResult, HostCode } from '@testbench/types/abi';
import type { AskAnswer, AskError, ResponseAnswer } from '@testbench/types/asking';

import { EffectFailure, failureResult } from '../effects/effect-failure.js';
import { MAX_READ_BYTES } from '../limits.js';
import type { HttpClient } from './http-client.js';
import type { HttpExchange } from './http-exchange.js';
import { readRequest } from './parse-request.js';

/** The outcome of a plugin's request. */
export interface AnsweredRequest {
  readonly answer: AskAnswer;
  /** What was refused for lack of a permission, in words for the operator's log. */
  readonly denied?: string;
  /** What else went wrong, in words for the operator's log. */
  readonly problem?: string;
}

/** What the plugin is told; the log has more details. */
const WORDS: Readonly<Record<number, string>> = {
  [HostCode.notFound]: 'there is no such thing',
  [HostCode.invalidArgument]: 'the request is wrong',
  [HostCode.permissionDenied]: 'it is not permitted',
  [HostCode.limitExceeded]: 'it goes beyond a limit',
  [HostCode.inputOutput]: 'there was no connection, or it broke',
  [HostCode.cancelled]: 'the call is over',
};

/**
 * Makes a request that a plugin asks for, with the same checks as `host_http_open`, and reads the whole response.
 *
 * @param client The plugin's client; undefined if it may not use the network.
 * @param request As the plugin wrote it; it may be any value, and everything is checked.
 * @param maxBodyBytes A longer body is refused.
 * @returns Never rejects: a failure is an answer.
 */
export async function answerRequest(
  client: HttpClient | undefined,
  request: unknown,
  call: EffectCall,
  maxBodyBytes: number,
): Promise<AnsweredRequest> {
  if (client === undefined) {
    return failed({ code: HostCode.permissionDenied, denied: 'network' });
  }
  let exchange: HttpExchange | undefined;
  let timedOut = false;
  try {
    const checked = readRequest(request, client.headers, call.attachments);
    const { timeoutMs } = checked;
    const startMs = performance.now();
    exchange = client.start(checked, call);
    const head = await exchange.head();
    const body = head.code < 0 ? head : await readBody(exchange, maxBodyBytes);
    // Of the host's limits, only the request's time limit may be met on another attempt.
    timedOut = timeoutMs !== undefined && performance.now() - startMs >= timeoutMs;
    if (!('parts' in body)) return failed(body, timedOut);
    return { answer: { ...readHead(head), ...bodyOf(body.parts) } };
  } catch (error) {
    return failed(failureResult(error, 'HTTP request'), timedOut);
  } finally {
    exchange?.close();
  }
}

async function readBody(
  exchange: HttpExchange,
  maxBytes: number,
): Promise<EffectResult | { readonly parts: readonly Uint8Array[] }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const piece = await exchange.read(MAX_READ_BYTES);
    if (piece.code < 0) return piece;
    if (piece.code === 0) return { parts };
    length += piece.code;
    if (length > maxBytes) {
      throw new EffectFailure(
        HostCode.limitExceeded,
        `the body of the answer is over ${maxBytes} bytes; "host_http_read" reads larger ones`,
      );
    }
    if (piece.bytes !== undefined) parts.push(piece.bytes);
  }
}

function readHead({ bytes }: EffectResult): Pick<ResponseAnswer, 'status' | 'url' | 'headers'> {
  return JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as ResponseAnswer;
}

function bodyOf(parts: readonly Uint8Array[]): Pick<ResponseAnswer, 'body' | 'body_base64'> {
  const bytes = Buffer.concat(parts);
  try {
    return { body: strict.decode(bytes) };
  } catch {
    return { body_base64: bytes.toString('base64') };
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function failed({ code, denied, problem }: EffectResult, timedOut = false): AnsweredRequest {
  const isLater = code === HostCode.inputOutput || (timedOut && code === HostCode.limitExceeded);
  const error: AskError = {
    code: code as AskError['code'],
    message: WORDS[code] ?? 'it failed',
    ...(isLater ? { retryable: true } : {}),
  };
  return {
    answer: { error },
    ...(denied === undefined ? {} : { denied }),
    ...(problem === undefined ? {} : { problem }),
  };
}
