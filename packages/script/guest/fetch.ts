import { decodeUtf8, encodeUtf8 } from './host.js';

type Ask = (request: unknown) => Promise<unknown>;

/** The host's answer to a request. */
interface Answer {
  readonly status?: number;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly body_base64?: string;
  readonly output?: unknown;
  readonly error?: AnswerError;
}

interface AnswerError {
  readonly code: number;
  readonly message: string;
  readonly retryable?: boolean;
  readonly retry_after_ms?: number;
}

interface RequestOptions {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

type HeadersInit =
  | Headers
  | Readonly<Record<string, string>>
  | Iterable<readonly [name: string, value: string]>;

/** Case-insensitive names. */
export class Headers {
  readonly #values = new Map<string, string>();

  constructor(init: HeadersInit = {}) {
    const entries = Symbol.iterator in init ? [...init] : Object.entries(init);
    for (const [name, value] of entries) this.append(name, value);
  }

  append(name: string, value: string): void {
    const earlier = this.get(name);
    this.set(name, earlier === null ? value : `${earlier}, ${value}`);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), String(value));
  }

  forEach(action: (value: string, name: string) => void): void {
    for (const [name, value] of this) action(value, name);
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries();
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  values(): IterableIterator<string> {
    return this.#values.values();
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values.entries();
  }
}

/** A server's answer. */
export class Response {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly #body: Uint8Array | string;

  constructor(answer: Answer) {
    this.status = answer.status ?? 0;
    this.url = answer.url ?? '';
    this.headers = new Headers(answer.headers ?? {});
    this.#body =
      answer.body_base64 === undefined ? (answer.body ?? '') : fromBase64(answer.body_base64);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get statusText(): string {
    return '';
  }

  bytes(): Promise<Uint8Array> {
    const body = this.#body;
    return Promise.resolve(typeof body === 'string' ? new Uint8Array(encodeUtf8(body)) : body);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    return bytes.slice().buffer;
  }

  text(): Promise<string> {
    const body = this.#body;
    if (typeof body === 'string') return Promise.resolve(body);
    return Promise.resolve(
      decodeUtf8(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength),
    );
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

const NOT_PERMITTED = -3;

/** An ask that the host could not answer. */
class AskError extends Error {
  override readonly name = 'AskError';
  /** Code of a host function: -1 not found, -2 invalid, -3 not permitted, -4 beyond a limit, -5 failed, -6 the call is over. */
  readonly code: number;
  readonly retryable: boolean | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(what: string, error: AnswerError, grant?: string) {
    const hint =
      error.code === NOT_PERMITTED && grant !== undefined
        ? `; the host has to grant it: ${grant}`
        : '';
    super(`Cannot ${what}: ${error.message}${hint}`);
    this.code = error.code;
    this.retryable = error.retryable;
    this.retryAfterMs = error.retry_after_ms;
  }
}

export async function askFetch(
  ask: Ask,
  target: unknown,
  options: RequestOptions,
): Promise<Response> {
  const url = String(target);
  const headers = new Headers(options.headers ?? {});
  const { body } = options;
  const request: Record<string, unknown> = {
    method: (options.method ?? 'GET').toUpperCase(),
    url,
    headers: Object.fromEntries(headers),
  };
  if (typeof body === 'string') request['body'] = body;
  else if (body instanceof ArrayBuffer) request['body_base64'] = toBase64(new Uint8Array(body));
  else if (ArrayBuffer.isView(body)) request['body_base64'] = toBase64(bytesOf(body));
  else if (body !== undefined && body !== null) request['body'] = String(body);
  if (options.timeoutMs !== undefined) request['timeout_ms'] = options.timeoutMs;
  const answer = (await ask(request)) as Answer;
  if (answer.error !== undefined) {
    const [, scheme, authority] = /^([^:]*):\/\/(?:[^/@]*@)?([^/?#]*)/.exec(url) ?? [];
    const host = scheme === 'https' ? authority : `${scheme}://${authority}`;
    const grant = `permissions: { network: true, allowedHosts: ["${host}"] }`;
    throw new AskError(`fetch ${url}`, answer.error, grant);
  }
  return new Response(answer);
}

export async function askComplete(ask: Ask, provider: unknown, data: unknown): Promise<unknown> {
  const answer = (await ask({ provider, complete: data })) as Answer;
  if (answer.error !== undefined) throw new AskError(`ask ${String(provider)}`, answer.error);
  return answer.output;
}

export async function askEmbed(
  ask: Ask,
  provider: unknown,
  model: unknown,
  texts: unknown,
): Promise<unknown> {
  const answer = (await ask({ provider, embed: { model, input: texts } })) as Answer;
  if (answer.error !== undefined) throw new AskError(`ask ${String(provider)}`, answer.error);
  return Object(answer.output).embeddings as unknown;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
}

declare function atob(text: string): string;
declare function btoa(text: string): string;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  const decoded = atob(text);
  const bytes = new Uint8Array(decoded.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = decoded.charCodeAt(index);
  return bytes;
}
