import { serveRegistry } from '@testbench/test-kit/oci-registry';
import { describe, expect, it } from 'vitest';

import { listRepositories } from './list-repositories.js';

const body = (...repositories: unknown[]): string => JSON.stringify({ repositories });

/** Serves pages of names, by the number of the page. */
async function serve(page: (number: number) => { body: string; next?: string; status?: number }) {
  let number = 0;
  return await serveRegistry({
    intercept: (_request, response) => {
      const { status = 200, next, body: text } = page((number += 1));
      response.writeHead(status, next === undefined ? {} : { link: `<${next}>; rel="next"` });
      response.end(text);
      return true;
    },
  });
}

describe('listRepositories()', () => {
  it('follows pages up to its limit, and takes names alone', async () => {
    await using registry = await serve((number) => ({
      body: body(`team/p${number}`, '../../etc', 7, 'A'),
      next: `/v2/_catalog?n=3&last=${number}`,
    }));
    const names = await listRepositories({ host: registry.host }, { limit: 3 });
    expect(names).toEqual(['team/p1', 'team/p2', 'team/p3']);
    expect(registry.seen.map(({ url }) => url)).toEqual([
      '/v2/_catalog?n=3',
      '/v2/_catalog?n=3&last=1',
      '/v2/_catalog?n=3&last=2',
    ]);
  });

  it('ends after some pages, whatever the registry says', async () => {
    await using registry = await serve(() => ({ body: body(), next: '/v2/_catalog?more' }));
    expect(await listRepositories({ host: registry.host })).toEqual([]);
    expect(registry.seen).toHaveLength(20);
  });

  it.each([
    ['that does not tell', { status: 404, body: '' }, 'STORE_NOT_FOUND'],
    ['that tells others', { status: 401, body: '' }, 'STORE_UNAUTHORIZED'],
    ['that talks of something else', { body: '<html>' }, 'STORE_BAD_ANSWER'],
    [
      'with a page elsewhere',
      { body: body(), next: 'http://10.0.0.1/' },
      'STORE_UNTRUSTED_LOCATION',
    ],
    ['with a huge page', { body: body('x'.repeat(2 ** 21)) }, 'STORE_TOO_LARGE'],
  ])('refuses one %s', async (_, page, code) => {
    await using registry = await serve(() => page);
    await expect(listRepositories({ host: registry.host })).rejects.toMatchObject({ code });
  });
});
