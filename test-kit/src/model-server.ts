import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

import { type LoopbackServer, serveHttp } from '@testbench/test-kit/loopback';
import {
  type MadeAnswer,
  type MadeToolCall,
  MODEL_WIRES,
  type ModelApi,
  type ModelBody,
  type ModelWire,
  type WireFailure,
} from '@testbench/test-kit/model-wire';

/** A request for an answer. */
export interface ModelRequest {
  /** From 0, in the order of arrival. */
  readonly number: number;
  readonly api: ModelApi;
  readonly headers: IncomingHttpHeaders;
  readonly body: ModelBody;
}

/** What goes wrong with a request. */
export type ModelFault =
  /** The status in the provider's format, and `retry-after` if given: seconds, or a date. Nothing is billed. */
  | { readonly status: number; readonly retryAfter?: string }
  /** The connection breaks in the middle of the answer. Billed, like everything below: the model has answered. */
  | 'cut'
  /** Status 200 and half of the JSON; in a stream, an invalid event. */
  | 'malformed'
  /** Status 200 and bytes that are not UTF-8, under a header that claims UTF-8. */
  | 'encoding'
  /** Never answered. */
  | 'silent';

/** An answer that calls tools. */
export interface ModelAnswer {
  /** @default '' */
  readonly text?: string;
  readonly toolCalls: readonly MadeToolCall[];
}

/** What a {@link ModelServer} does. */
export interface ModelServerOptions {
  /** The text of an answer, or text and calls of tools. @default the last message's text */
  readonly answer?: (request: ModelRequest) => string | ModelAnswer;
  /** Time from a request to its answer, in milliseconds; for a stream, to its first piece and between two pieces. @default 0 */
  readonly latencyMs?: number | ((request: ModelRequest) => number);
  /** Requests that are answered concurrently; further ones get 429. @default any number */
  readonly places?: number;
  /** `retry-after` of such a 429. @default none */
  readonly retryAfter?: string;
  /** What goes wrong. @default nothing */
  readonly fault?: (request: ModelRequest) => ModelFault | undefined;
  /** Prices per million tokens. @default free */
  readonly prices?: { readonly input: number; readonly output: number };
  /** Answers wait until they are released. @default false */
  readonly isHeld?: boolean | (() => boolean);
}

/** What a server has received. */
export interface ModelBill {
  readonly answers: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly money: number;
}

/** A model provider on loopback that records its work. */
export interface ModelServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`; with the providers' paths: `/v1/chat/completions`, `/v1/messages`, `/v1beta/models/NAME:generateContent`. */
  readonly origin: string;
  readonly requests: readonly ModelRequest[];
  /** Requests that are being answered, and the maximum at any time. */
  readonly inFlight: number;
  readonly peak: number;
  /** Answers with status 429. */
  readonly refused: number;
  readonly bill: ModelBill;
  /** Answers held requests: all, or the oldest few. */
  release(count?: number): void;
  /** Waits until every client has disconnected and no request is being answered: what a killed client had sent is counted then. */
  idle(): Promise<void>;
}

const BYTES_PER_TOKEN = 4;
const TOKENS_PER_PRICE = 1_000_000;
const IDLE_POLL_MS = 5;

/**
 * Serves models like OpenAI, Anthropic and Gemini: whole answers and streams, errors in their format, and network failures. The official
 * clients are tested against it (`tests/model-server.test.ts`) to make sure that it is faithful.
 */
export async function serveModels(options: ModelServerOptions = {}): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const held: (() => void)[] = [];
  const bill = { answers: 0, promptTokens: 0, completionTokens: 0, money: 0 };
  let inFlight = 0;
  let peak = 0;
  let refused = 0;

  const waitFor = async (request: ModelRequest): Promise<void> => {
    const { latencyMs = 0, isHeld = false } = options;
    const ms = typeof latencyMs === 'function' ? latencyMs(request) : latencyMs;
    if (typeof isHeld === 'function' ? isHeld() : isHeld)
      await new Promise<void>((resolve) => void held.push(resolve));
    if (ms > 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, ms);
      });
    }
  };
  const charge = ({ promptTokens, tokens }: MadeAnswer): void => {
    const { input, output } = options.prices ?? { input: 0, output: 0 };
    bill.answers += 1;
    bill.promptTokens += promptTokens;
    bill.completionTokens += tokens.length;
    bill.money += (promptTokens * input + tokens.length * output) / TOKENS_PER_PRICE;
  };
  const serve = async (request: ModelRequest, response: ServerResponse): Promise<void> => {
    const wire = MODEL_WIRES[request.api];
    const fault = options.fault?.(request);
    const failure = wire.check(request.headers, request.body) ?? failureOf(fault);
    if (failure !== undefined || inFlight >= (options.places ?? Number.POSITIVE_INFINITY)) {
      const isFull = failure === undefined;
      const said = failure ?? { status: 429, message: 'Rate limit reached' };
      const retryAfter = isFull ? options.retryAfter : retryAfterOf(fault);
      if (said.status === 429) refused += 1;
      sendFailure(response, wire, said, retryAfter);
      return;
    }
    inFlight += 1;
    peak = Math.max(peak, inFlight);
    try {
      if (fault === 'silent') await new Promise((resolve) => response.once('close', resolve));
      else {
        await waitFor(request);
        const answer = makeAnswer(request, options.answer);
        charge(answer);
        await sendAnswer(response, wire, request, answer, fault, () => waitFor(request));
      }
    } finally {
      inFlight -= 1;
    }
  };

  const receive = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    // The client disconnected.
    response.on('error', () => {});
    const sent = await readBody(incoming);
    const api = apiOf(incoming.url);
    if (api === undefined || incoming.method !== 'POST') {
      sendFailure(response, MODEL_WIRES.openai, { status: 404, message: 'Not found' });
      return;
    }
    const body = MODEL_WIRES[api].read?.(incoming.url ?? '', sent) ?? sent;
    const request = { number: requests.length, api, headers: incoming.headers, body };
    requests.push(request);
    await serve(request, response);
  };

  const server: LoopbackServer = await serveHttp((incoming, response) => {
    receive(incoming, response).catch(() => {
      // A client that disconnects in the middle of its request.
      response.destroy();
    });
  });
  return {
    origin: server.origin,
    requests,
    bill,
    get inFlight() {
      return inFlight;
    },
    get peak() {
      return peak;
    },
    get refused() {
      return refused;
    },
    release(count = held.length) {
      for (const answer of held.splice(0, count)) answer();
    },
    async idle() {
      const isIdle = (): boolean => server.sockets.size === 0 && inFlight === 0;
      while (!isIdle()) {
        await new Promise((resolve) => {
          setTimeout(resolve, IDLE_POLL_MS);
        });
      }
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<ModelBody> {
  const parts: Buffer[] = [];
  incoming.on('error', () => {});
  for await (const part of incoming) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as ModelBody;
  } catch {
    // Without a model, so that the request is refused.
    return {};
  }
}

function apiOf(url: string | undefined): ModelApi | undefined {
  const path = url?.split('?')[0];
  if (path === MODEL_WIRES.openai.path) return 'openai';
  if (path === MODEL_WIRES.anthropic.path) return 'anthropic';
  // The official client leaves "beta" out.
  return path?.replace('/v1/', '/v1beta/').startsWith(MODEL_WIRES.gemini.path) === true
    ? 'gemini'
    : undefined;
}

function failureOf(fault: ModelFault | undefined): WireFailure | undefined {
  if (typeof fault !== 'object') return undefined;
  return { status: fault.status, message: `The server says ${fault.status}` };
}

function retryAfterOf(fault: ModelFault | undefined): string | undefined {
  return typeof fault === 'object' ? fault.retryAfter : undefined;
}

function sendFailure(
  response: ServerResponse,
  wire: ModelWire,
  failure: WireFailure,
  retryAfter?: string,
): void {
  response.writeHead(failure.status, {
    'content-type': 'application/json',
    [wire.idHeader]: 'req_1',
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  });
  response.end(JSON.stringify(wire.failure(failure)));
}

/** Words with their preceding spaces, so that a token is a piece of a stream. */
function makeAnswer(
  request: ModelRequest,
  make: NonNullable<ModelServerOptions['answer']> = lastText,
): MadeAnswer {
  const { body, number } = request;
  const made = make(request);
  const { text = '', toolCalls } = typeof made === 'string' ? { text: made, toolCalls: [] } : made;
  const all = text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
  const cap = body['max_completion_tokens'] ?? body['max_tokens'];
  const tokens = typeof cap === 'number' ? all.slice(0, cap) : all;
  const promptBytes = Buffer.byteLength(JSON.stringify(body['messages']));
  return {
    model: String(body['model']),
    tokens,
    promptTokens: Math.ceil(promptBytes / BYTES_PER_TOKEN),
    isCut: tokens.length < all.length,
    toolCalls,
    number,
  };
}

function lastText({ body }: ModelRequest): string {
  const messages = body['messages'] as readonly { readonly content?: unknown }[];
  const content = messages.at(-1)?.content;
  if (!Array.isArray(content)) return String(content);
  return content.map((part: { readonly text?: string }) => part.text ?? '').join('');
}

async function sendAnswer(
  response: ServerResponse,
  wire: ModelWire,
  request: ModelRequest,
  answer: MadeAnswer,
  fault: ModelFault | undefined,
  wait: () => Promise<void>,
): Promise<void> {
  const isStream = request.body['stream'] === true;
  response.writeHead(200, {
    'content-type': isStream ? 'text/event-stream; charset=utf-8' : 'application/json',
    [wire.idHeader]: `req_${request.number}`,
  });
  const pieces = isStream
    ? wire.events(answer, request.body)
    : halves(JSON.stringify(wire.answer(answer)));
  const end =
    fault === 'cut' || fault === 'malformed' ? Math.ceil(pieces.length / 2) : pieces.length;
  for (const [index, piece] of pieces.slice(0, end).entries()) {
    if (isStream && index > 0) await wait();
    if (response.destroyed) return;
    // A byte that is never valid in UTF-8, in the middle of the text.
    const bytes = Buffer.from(fault === 'encoding' ? piece.replace(/"(?=[,}])/, '\u0000"') : piece);
    response.write(fault === 'encoding' ? bytes.map((byte) => (byte === 0 ? 0xff : byte)) : bytes);
  }
  if (fault === 'cut') response.socket?.destroy();
  else if (fault === 'malformed' && isStream) response.end('data: {"no\n\n');
  else response.end();
  if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
