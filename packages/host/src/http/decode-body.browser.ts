import type { Readable } from 'node:stream';

/** A browser sets the header itself, and does not let a page set it. */
export const ACCEPT_ENCODING = '';

/** The body as it is: the browser has decoded it. */
export function decodeBody(body: Readable): Readable {
  return body;
}
