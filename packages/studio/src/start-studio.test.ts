import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { askStudio, signIn, type Told } from './__fixtures__/ask-studio.js';
import { startStudio, type Studio } from './start-studio.js';

let folder: string;
let studio: Studio;
let cookie: string;
let origin: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'testbench-studio-')));
  studio = await startStudio({ folder });
  origin = `http://127.0.0.1:${studio.port}`;
  cookie = await signIn(studio);
});

afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true });
});

async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Told> {
  return await askStudio(studio, method, path, headers);
}

describe('startStudio()', () => {
  it('takes the token out of the address and gives a cookie that no script reads', async () => {
    const { status, headers } = await ask('GET', studio.url.slice(origin.length));
    expect(status).toBe(303);
    expect(headers['location']).toBe('/');
    expect(headers['set-cookie']![0]).toMatch(
      /^testbench-studio-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
  });

  it('shows its page with a policy that lets only its own files run', async () => {
    const { status, headers, body } = await ask('GET', '/', { cookie });
    expect(status).toBe(200);
    expect(body).toContain('/assets/main.js');
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('answers what the page asks', async () => {
    const { status, body } = await ask('GET', '/api/project', { cookie, origin });
    expect([status, JSON.parse(body)]).toEqual([200, { folder }]);
  });

  it.each<{ title: string; path: string; headers: () => Record<string, string>; code: string }>([
    { title: 'no cookie', path: '/', headers: () => ({}), code: 'STUDIO_NOT_SIGNED_IN' },
    {
      title: 'a wrong token',
      path: '/?token=x',
      headers: () => ({}),
      code: 'STUDIO_NOT_SIGNED_IN',
    },
    {
      title: 'another host',
      path: '/',
      headers: () => ({ cookie, host: `evil.example:${studio.port}` }),
      code: 'STUDIO_FOREIGN_ORIGIN',
    },
    {
      title: 'another origin',
      path: '/api/project',
      headers: () => ({ cookie, origin: 'http://evil.example' }),
      code: 'STUDIO_FOREIGN_ORIGIN',
    },
    {
      title: 'data for nobody that says where it comes from',
      path: '/api/project',
      headers: () => ({ cookie }),
      code: 'STUDIO_FOREIGN_ORIGIN',
    },
    {
      title: 'a path that is none of the studio',
      path: '/assets/../package.json',
      headers: () => ({ cookie }),
      code: 'STUDIO_NOT_FOUND',
    },
  ])('refuses $title', async ({ path, headers, code }) => {
    const { status, body } = await ask('GET', path, headers());
    expect(status).toBeGreaterThanOrEqual(400);
    expect(JSON.parse(body)).toMatchObject({ error: { code } });
  });

  it('takes a launch token once', async () => {
    const path = studio.createLaunchUrl().slice(origin.length);
    expect((await ask('GET', path)).status).toBe(303);
    expect((await ask('GET', path)).status).toBe(401);
  });

  it('refuses a folder that is not there', async () => {
    await expect(startStudio({ folder: join(folder, 'none') })).rejects.toMatchObject({
      code: 'STUDIO_NO_PROJECT',
    });
  });

  it('refuses a port that is taken', async () => {
    await expect(startStudio({ folder, port: studio.port })).rejects.toMatchObject({
      code: 'STUDIO_CANNOT_LISTEN',
    });
  });
});
