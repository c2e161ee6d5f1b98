import { StoreError } from '@testbench/types/errors';

import { type Answer, headerOf } from './answers.js';

/**
 * The next page of a list, from its `Link` header.
 *
 * @param base Base URL of the registry: the page must be on the same host.
 * @throws {StoreError} `STORE_UNTRUSTED_LOCATION`.
 * @see https://www.rfc-editor.org/rfc/rfc8288
 */
export function nextPage(answer: Answer, base: URL, what: string): string | undefined {
  const link = headerOf(answer, 'link');
  const target =
    link === undefined ? undefined : /<([^>]{1,2000})>\s*;[^,]*rel="?next"?/.exec(link)?.[1];
  if (target === undefined) return undefined;
  const url = URL.parse(target, answer.url);
  if (url?.origin === base.origin) return url.href;
  throw new StoreError(
    'STORE_UNTRUSTED_LOCATION',
    `Cannot ${what}: its next page is at another host`,
  );
}
