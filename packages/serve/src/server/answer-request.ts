import type { IncomingMessage, ServerResponse } from 'node:http';

import { readJsonBody, splitTarget } from '@testbench/http-server';
import { ConfigNode } from '@testbench/types/config';

import { type Problem, problemHeaders, toProblem } from '../answers/problem.js';
import { JSON_TYPE } from '../answers/send.js';
import { ServeError } from '../errors.js';
import { MAX_BODY_STRUCTURE } from '../limits.js';
import { toOpenAiError } from '../openai/openai-error.js';
import { OPEN_API } from '../openapi/document.js';
import type { HeldBytes } from './held-bytes.js';
import type { Route, Serving } from './route.js';
import { errorsOf, findRoute } from './routes.js';
import type { ServerGate } from './server-gate.js';

/** Everything needed to answer a request. */
export interface Answering {
  readonly serving: Serving;
  readonly gate: ServerGate;
  readonly held: HeldBytes;
  /** True once the server is to stop. */
  readonly isDraining: () => boolean;
  /** Fires when the server is closed. */
  readonly closing: AbortSignal;
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
};
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** Answers one request; never rejects. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  answering: Answering,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const path = splitTarget(request.url ?? '')?.path;
  const progress: Progress = { errors: errorsOf(path ?? ''), end: undefined };
  try {
    await answerOrThrow(request, response, path, answering, progress);
  } catch (error) {
    sendError(response, toProblem(error), progress.errors);
  } finally {
    const { statusCode } = response;
    if (progress.end === undefined) answering.serving.meter.refused('none', statusCode);
    else progress.end(statusCode);
  }
}

interface Progress {
  errors: Route['errors'];
  end: ((status: number) => void) | undefined;
}

async function answerOrThrow(
  request: IncomingMessage,
  response: ServerResponse,
  path: string | undefined,
  answering: Answering,
  progress: Progress,
): Promise<void> {
  const { method = '', headers } = request;
  const { serving, gate, isDraining } = answering;
  if (path === undefined) throw new ServeError('SERVE_NO_PATH', 'Cannot answer: no such path');
  // Orchestrators ask under any name, and learn nothing else.
  if (path === '/healthz' || path === '/readyz') {
    requireGet(method);
    const failing = path === '/healthz' ? [] : notReady(serving, isDraining());
    response.writeHead(failing.length === 0 ? 200 : 503, { 'content-type': JSON_TYPE });
    response.end(JSON.stringify({ status: failing.length === 0 ? 'ok' : 'not ready', failing }));
    return;
  }
  gate.checkSource(headers);
  if (path === '/openapi.json') {
    requireGet(method);
    response.writeHead(200, { 'content-type': JSON_TYPE }).end(JSON.stringify(OPEN_API));
    return;
  }
  gate.checkToken(headers);
  if (path === '/metrics') {
    requireGet(method);
    response.writeHead(200, { 'content-type': PROMETHEUS }).end(serving.meter.text());
    return;
  }
  const { route, rest } = findRoute(method, path);
  if (isDraining()) {
    response.setHeader('connection', 'close');
    throw new ServeError('SERVE_STOPPING', 'Cannot answer: the server is being stopped');
  }
  if (serving.meter.active >= serving.limits.maxRequests) {
    throw new ServeError('SERVE_BUSY', 'Cannot answer: too many requests are being answered');
  }
  progress.end = serving.meter.begin(route.operation);
  await answerRoute(request, response, { ...answering, route, rest });
}

async function answerRoute(
  request: IncomingMessage,
  response: ServerResponse,
  { serving, held, closing, route, rest }: Answering & { route: Route; rest: string },
): Promise<void> {
  const { maxBodyBytes, requestTimeoutMs } = serving.limits;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const late = AbortSignal.timeout(requestTimeoutMs);
  const signal = AbortSignal.any([gone.signal, late, closing]);
  // A client that does not read its answer must not hold the request either.
  const cut = (): void => void (response.headersSent && response.destroy());
  late.addEventListener('abort', cut, { once: true });
  const room = held.open();
  try {
    const value = await readJsonBody(request, {
      maxBytes: maxBodyBytes,
      maxStructure: MAX_BODY_STRUCTURE,
      onBytes: (bytes) => room.add(bytes),
    });
    const body = new ConfigNode(value, 'body');
    await route.answer({ serving, response, body, rest, signal });
    await finished(response);
  } catch (error) {
    if (late.aborted) {
      throw new ServeError('SERVE_TIMED_OUT', `Cannot answer: ${requestTimeoutMs} ms are over`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    late.removeEventListener('abort', cut);
    room.release();
  }
}

/** Until the answer is with the operating system: it counts against the limits as long as it is held here. */
async function finished(response: ServerResponse): Promise<void> {
  if (response.writableFinished || response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.once('finish', resolve);
    response.once('close', resolve);
  });
}

function requireGet(method: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  throw new ServeError('SERVE_WRONG_METHOD', 'Cannot answer: the path takes only GET');
}

function notReady({ plugins }: Serving, isDraining: boolean): readonly string[] {
  if (isDraining) return ['draining'];
  const isWell = (id: string): boolean => {
    const status = plugins.system.getPluginInfo(id)?.status;
    return status !== undefined && status !== 'quarantined' && status !== 'unloading';
  };
  return [...plugins.ids].every(isWell) ? [] : ['plugins'];
}

function sendError(response: ServerResponse, problem: Problem, errors: Route['errors']): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of the request is not read: the connection is closed.
  if (!response.req.complete) response.setHeader('connection', 'close');
  const isOpenAi = errors === 'openai';
  const headers = {
    'content-type': isOpenAi ? JSON_TYPE : 'application/problem+json; charset=utf-8',
    ...problemHeaders(problem),
    // The official clients repeat requests by their status otherwise.
    ...(isOpenAi && { 'x-should-retry': String(problem.retryable === true) }),
  };
  response.writeHead(problem.status, headers);
  response.end(JSON.stringify(isOpenAi ? toOpenAiError(problem) : problem));
}
