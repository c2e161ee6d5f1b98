import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { effectGuest, effectProgram, effectResults } from '@testbench/test-kit/effect-guest';
import { METADATA, withMetadataSection } from '@testbench/test-kit';
import { serveHttp } from '@testbench/test-kit/loopback';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const HTTP = ['host_http_open', 'host_http_head', 'host_http_read'] as const;
const ASKING = JSON.stringify({
  ...(JSON.parse(METADATA) as object),
  permissions: {
    network: true,
    allowed_hosts: ['api.example.com'],
    filesystem: true,
    allowed_dirs: ['/data', { path: '/out', access: 'read-write' }],
  },
});

async function pluginFile(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'plugin.wasm'), withMetadataSection(bytes, METADATA));
  return folder;
}

const get = (url: string, headers = {}): string =>
  JSON.stringify(
    effectProgram([
      { call: 'host_http_open', args: [JSON.stringify({ url, headers })] },
      { call: 'host_http_head', args: [{ resultOf: 0 }, 10_000] },
      { call: 'host_http_read', args: [{ resultOf: 0 }, 10_000], untilEnd: true },
    ]),
  );

describe('testbench call with grants', () => {
  it('lets a plugin use HTTP with --allow-host, and not without', async () => {
    await using server = await serveHttp((_request, response) => response.end('hello'));
    const cwd = await pluginFile(effectGuest(HTTP));
    const args = ['call', 'plugin.wasm', '--input', get(server.origin)];
    const allowed = captureIo({ cwd });
    expect(await main([...args, '--allow-host', server.origin], allowed.io)).toBe(0);
    expect(String(effectResults(JSON.parse(allowed.stdout()))[2]?.bytes)).toBe('hello');
    const denied = captureIo({ cwd });
    expect(await main(args, denied.io)).toBe(0);
    expect(effectResults(JSON.parse(denied.stdout()))[0]?.code).toBe(-3);
    expect(denied.stderr()).toContain(`warn: denied: HTTP request: GET ${server.origin}\n`);
  });

  it('takes grants and secrets from a policy, and shows no secret', async () => {
    await using server = await serveHttp((request, response) =>
      response.end(request.headers.authorization),
    );
    const cwd = await pluginFile(effectGuest(HTTP));
    const policy = {
      plugins: [
        {
          name: 'guest',
          digest: 'any',
          permissions: { network: true, allowedHosts: [server.origin] },
        },
      ],
      secrets: { KEY: { env: 'TESTBENCH_CLI_SECRET', hosts: [server.origin] } },
    };
    await writeFile(join(cwd, 'policy.json'), JSON.stringify(policy));
    process.env['TESTBENCH_CLI_SECRET'] = 'a-very-secret-value';
    const input = get(server.origin, { authorization: '${secret:KEY}' });
    const { io, stdout, stderr } = captureIo({ cwd });
    const args = ['call', 'plugin.wasm', '--input', input, '--policy', 'policy.json'];
    expect(await main(args, io)).toBe(0);
    delete process.env['TESTBENCH_CLI_SECRET'];
    const parts = effectResults(JSON.parse(stdout())).slice(2);
    expect(String(Buffer.concat(parts.map(({ bytes }) => bytes)))).toBe(
      '*'.repeat('a-very-secret-value'.length),
    );
    expect(stderr()).not.toContain('secret-value');
  });

  it('lets a plugin read and write directories', async () => {
    const cwd = await pluginFile(effectGuest(['host_file_open', 'host_file_close']));
    await mkdir(join(cwd, 'in'));
    await mkdir(join(cwd, 'out'));
    await writeFile(join(cwd, 'in/a.txt'), 'a');
    const program = effectProgram([
      { call: 'host_file_open', args: [join(cwd, 'in/a.txt'), 0] },
      { call: 'host_file_open', args: [join(cwd, 'in/b.txt'), 1] },
      { call: 'host_file_open', args: [join(cwd, 'out/b.txt'), 1] },
    ]);
    const { io, stdout } = captureIo({ cwd });
    const args = ['call', 'plugin.wasm', '--input', JSON.stringify(program)];
    expect(await main([...args, '--allow-read', 'in', '--allow-write', 'out'], io)).toBe(0);
    const codes = effectResults(JSON.parse(stdout())).map(({ code }) => code);
    expect(codes).toEqual([1, -3, 2]);
  });

  it('keeps what a plugin stores with --state', async () => {
    const cwd = await pluginFile(effectGuest(['host_set_state', 'host_get_state']));
    const call = async (...steps: Parameters<typeof effectProgram>[0]): Promise<number[]> => {
      const { io, stdout } = captureIo({ cwd });
      const input = JSON.stringify(effectProgram(steps));
      const args = ['call', 'plugin.wasm', '--state', 'state', '--id', 'mine', '--input', input];
      expect(await main(args, io)).toBe(0);
      return effectResults(JSON.parse(stdout())).map(({ code }) => code);
    };
    const read = { call: 'host_get_state', args: ['key', 10] } as const;
    expect(await call(read)).toEqual([-1]);
    expect(await call({ call: 'host_set_state', args: ['key', 'value'] })).toEqual([0]);
    expect(await call(read)).toEqual([5]);
  });

  it.each([
    { args: ['--allow-host', '*'], says: 'permissions.allowedHosts[0]' },
    { args: ['--allow-read', '/'], says: 'permissions.allowedDirs[0]' },
    { args: ['--policy', 'none.json'], says: 'none.json' },
  ])('refuses $args', async ({ args, says }) => {
    const cwd = await pluginFile(effectGuest(HTTP));
    const { io, stderr } = captureIo({ cwd });
    expect(await main(['call', 'plugin.wasm', '--input', '1', ...args], io)).toBe(1);
    expect(stderr()).toMatch(/^error CONFIG_INVALID: /);
    expect(stderr()).toContain(says);
  });
});

describe('testbench inspect with a policy', () => {
  it('shows what is asked for and what is granted', async () => {
    const cwd = await temporaryFolder();
    const bytes = withMetadataSection(effectGuest(HTTP), ASKING);
    await writeFile(join(cwd, 'plugin.wasm'), bytes);
    const permissions = { network: true, allowedHosts: ['other.example.com'] };
    const plugins = [{ name: 'guest', digest: 'any', permissions }];
    await writeFile(join(cwd, 'policy.json'), JSON.stringify({ plugins }));
    const { io, stdout } = captureIo({ cwd });
    expect(await main(['inspect', 'plugin.wasm', '--policy', 'policy.json'], io)).toBe(0);
    expect(stdout()).toMatch(
      /^asks for +files \/data, \/out \(read-write\); network api\.example\.com$/m,
    );
    expect(stdout()).toMatch(/^is granted +network other\.example\.com$/m);
    const json = captureIo({ cwd });
    await main(['inspect', 'plugin.wasm', '--policy', 'policy.json', '--json'], json.io);
    expect(JSON.parse(json.stdout())).toMatchObject({ granted: permissions });
  });
});
