import { request } from 'node:http';

import type { Studio } from '../start-studio.js';

/** An answer of a studio's server. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends a request to a studio. Uses http directly: fetch does not allow setting Host. */
export async function askStudio(
  { port }: Studio,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Told> {
  return await new Promise((done, fail) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    asked.once('error', fail);
    asked.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.once('close', () =>
        done({ status: response.statusCode!, headers: response.headers, body: text }),
      );
    });
    asked.end(body);
  });
}

/** The cookie that a browser gets from the address of a studio. */
export async function signIn(studio: Studio): Promise<string> {
  const { pathname, search } = new URL(studio.url);
  const { headers } = await askStudio(studio, 'GET', pathname + search);
  return String(headers['set-cookie']).replace(/;.*/, '');
}
