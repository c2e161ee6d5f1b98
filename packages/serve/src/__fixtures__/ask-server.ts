import { request } from 'node:http';

/** An answer of a server. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The body as JSON. */
  readonly json: unknown;
}

/** What is sent: headers over those of a proper client, and a body, which is JSON unless it is text or bytes. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Sends a request with the server's token. Uses http directly: fetch does not allow setting Host. */
export async function askServer(
  { port, token }: { readonly port: number; readonly token: string },
  path: string,
  { method, headers = {}, body }: Sent = {},
): Promise<Told> {
  const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  return await new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      agent: false,
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('error', reject);
      response.once('end', () => {
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: text,
          get json() {
            return JSON.parse(text) as unknown;
          },
        });
      });
    });
    asked.end(isRaw ? (body as string | undefined) : JSON.stringify(body));
  });
}
