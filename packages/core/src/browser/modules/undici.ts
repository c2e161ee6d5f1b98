import { Readable } from './node-stream.js';

/** Replaces the connections of a plugin: closing it aborts open requests. */
export class Agent {
  readonly #abort = new AbortController();

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async destroy(): Promise<void> {
    this.#abort.abort(failure('ERR_CLOSED'));
  }
}

interface RequestOptions {
  readonly dispatcher: Agent;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly signal: AbortSignal;
}

/** Headers that identify the sender: the browser sets them itself, and asks other servers for permission to change them. */
const BROWSERS_OWN = new Set(['accept-encoding', 'user-agent']);

/**
 * Sends one request with `fetch`, without cookies, cache and referrer.
 *
 * A redirect fails with `ERR_REDIRECTED`: a page cannot see its target, and so cannot check it.
 */
export async function request(url: URL, options: RequestOptions): Promise<object> {
  const { dispatcher, method, headers, body } = options;
  const cancel = new AbortController();
  const signal = AbortSignal.any([options.signal, dispatcher.signal, cancel.signal]);
  const sent = Object.entries(headers).filter(([name]) => !BROWSERS_OWN.has(name));
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: sent,
      body,
      signal,
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
  } catch (cause) {
    // A page cannot know which of the two it was.
    throw signal.aborted ? cause : failure('ERR_NO_ANSWER_OR_CORS', cause);
  }
  if (response.type === 'opaqueredirect') throw failure('ERR_REDIRECTED');
  const received = Object.fromEntries(response.headers);
  // The body is already decoded, and so has another length.
  delete received['content-encoding'];
  delete received['content-length'];
  return {
    statusCode: response.status,
    headers: received,
    body: new Readable(chunksOf(response.body), () => cancel.abort()),
  };
}

async function* chunksOf(body: Response['body']): AsyncGenerator<Uint8Array, void, void> {
  if (body === null) return;
  // Not every browser can iterate over a stream.
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/** An error whose code the host writes to its log. */
function failure(code: string, cause?: unknown): Error {
  return Object.assign(new TypeError(code, { cause }), { code });
}
