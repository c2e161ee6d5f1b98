import { serveProxy } from '@testbench/test-kit/http-proxy';
import { serveRegistry } from '@testbench/test-kit/oci-registry';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { MACHINE_CLOCK } from './clock.js';
import { openRegistry, openRegistryWith } from './open-registry.js';

afterEach(() => vi.unstubAllEnvs());

const layers = [{ mediaType: 'application/wasm', bytes: new TextEncoder().encode('x') }];

describe('a proxy', () => {
  it('is asked for everything, where it was named', async () => {
    await using registry = await serveRegistry();
    await using proxy = await serveProxy();
    const store = openRegistry({ proxy: `http://ada:secret@127.0.0.1:${proxy.port}` });
    const name = `${registry.host}/a`;
    const { digest } = await store.write({ name, version: '1.0.0', layers });
    expect((await store.read({ name, digest })).length).toBe(1);
    const login = Buffer.from('ada:secret').toString('base64');
    expect(new Set(proxy.seen)).toEqual(new Set([`${registry.host} Basic ${login}`]));
    expect(registry.accepted()).toBe(proxy.seen.length);
  });

  it('leads to no host that is not named, since nobody sees its address', async () => {
    await using registry = await serveRegistry({
      intercept: ({ url = '' }, response) => {
        if (!url.includes('/tags/')) return false;
        response.writeHead(307, { location: 'http://storage.example/' }).end();
        return true;
      },
    });
    await using proxy = await serveProxy();
    const listing = openRegistry({ proxy: `http://127.0.0.1:${proxy.port}` }).list(
      `${registry.host}/a`,
    );
    await expect(listing).rejects.toMatchObject({
      code: 'STORE_UNTRUSTED_LOCATION',
      message: expect.stringContaining('trustedHosts'),
    });
    expect(proxy.seen.every((target) => target === registry.host)).toBe(true);
  });

  it('of the environment is not asked, and a failure says so', async () => {
    await using proxy = await serveProxy();
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
    await using registry = await serveRegistry();
    expect(await openRegistry().list(`${registry.host}/a`)).toEqual([]);
    await registry[Symbol.asyncDispose]();
    const listing = openRegistryWith({}, { ...MACHINE_CLOCK, pause: async () => {} }).list(
      `${registry.host}/a`,
    );
    await expect(listing).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('HTTPS_PROXY is set, and not read'),
    });
    expect(proxy.seen).toEqual([]);
  });

  it.each(['ftp://proxy', 'proxy:3128', 'http://'])('%s is none, and is not quoted', (proxy) => {
    expect(() => openRegistry({ proxy })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: 'proxy' }),
    );
  });
});
