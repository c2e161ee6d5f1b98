import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fileFetcher } from './fetch-file.js';
import { openFolderShare } from './folder-share.js';
import { unpackRun } from './unpack-run.js';

const DATA = Buffer.from('{"input":"1"}\n');
const hex = createHash('sha256').update(DATA).digest('hex');
const FILE = { digest: `sha256:${hex}`, bytes: DATA.length };

describe('fileFetcher()', () => {
  let folder: string;
  let server: Server;
  let origin: string;
  const asked: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'testbench-fetch-'));
    server = createServer(({ url = '' }, response) => {
      asked.push(url);
      if (url.startsWith('/moved'))
        response.writeHead(302, { location: `/sets/sha256/${hex}` }).end();
      else if (url.startsWith('/wrong')) response.end('{"input":"2"}\n');
      else if (url.startsWith('/endless')) response.end(Buffer.alloc(1_000_000));
      else if (url === `/sets/sha256/${hex}`) response.end(DATA);
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  let copies = 0;
  const fetchFrom = async (
    sources: readonly string[],
    granted: readonly string[],
    what: 'plugin' | 'data' = 'data',
    plugins?: ReadonlySet<string>,
  ): Promise<string> => {
    const share = openFolderShare(join(folder, 'share'));
    const target = join(folder, `copy-${(copies += 1)}`);
    const fetchFile = fileFetcher(
      { share, granted, plugins },
      sources,
      new AbortController().signal,
    );
    await fetchFile(FILE, target, what);
    return await readFile(target, 'utf8');
  };

  it('takes data from where it was granted, by whole segments of the path', async () => {
    expect(await fetchFrom([`${origin}/sets`], [`${origin}/sets`])).toBe(DATA.toString());
    expect(await fetchFrom([`${origin}/sets`], [origin])).toBe(DATA.toString());
  });

  it.each([
    ['a source that is not granted', '/sets', '/other', 'QUEUE_NOT_GRANTED'],
    ['one that only begins as one that is', '/setsandmore', '/sets', 'QUEUE_NOT_GRANTED'],
    ['one above', '/', '/sets', 'QUEUE_NOT_GRANTED'],
    ['a redirection', '/moved', '/moved', 'QUEUE_FILE_MISSING'],
    ['another file', '/wrong', '/wrong', 'QUEUE_FILE_DAMAGED'],
    ['more than was said', '/endless', '/endless', 'QUEUE_FILE_DAMAGED'],
    ['nothing', '/none', '/none', 'QUEUE_FILE_MISSING'],
  ])('refuses %s', async (_, source, granted, code) => {
    const before = asked.length;
    await expect(fetchFrom([origin + source], [origin + granted])).rejects.toMatchObject({ code });
    const mayAsk = code !== 'QUEUE_NOT_GRANTED';
    expect(asked.length - before).toBe(mayAsk ? 1 : 0);
  });

  it('never takes a plugin from a source, and only those that it was told', async () => {
    const all = [`${origin}/sets`];
    await expect(fetchFrom(all, all, 'plugin')).rejects.toMatchObject({
      code: 'QUEUE_FILE_MISSING',
    });
    await expect(fetchFrom(all, all, 'plugin', new Set())).rejects.toMatchObject({
      code: 'QUEUE_NOT_GRANTED',
    });
  });

  it.each<[string, object]>([
    ['a plugin by its path', { providers: [{ plugin: '/etc/passwd' }] }],
    ['a plugin by its name', { evaluators: [{ plugin: 'exact-match' }] }],
    ['a plugin of a registry', { filters: [{ plugin: 'oci://registry.example/a@1' }] }],
    ['a script', { evaluators: [{ plugin: FILE.digest, script: '/work/own.js' }] }],
    ['a run that is replayed', { providers: [{ plugin: FILE.digest, from: '/work/runs/x' }] }],
    ['a tool by the path of its plugin', { tools: [{ name: 'a', plugin: '/etc/passwd' }] }],
    ['a tool by its script', { tools: [{ name: 'a', script: '/work/own.js' }] }],
    ['what checks tools by its name', { tools: [{ name: 'a' }], toolCheck: 'json-schema' }],
    ['the user by a path', { conversation: { user: { plugin: '/etc/passwd', model: 'a' } } }],
    ['records that name evaluators', { dataset: { path: 'data', fields: { evaluators: 'by' } } }],
    ['the shorthand of a provider', { provider: { plugin: '/etc/passwd' } }],
    ['the shorthand of a filter', { filter: { plugin: '/etc/passwd' } }],
    ['a prompt in a file', { prompts: [{ name: 'p', file: '/etc/passwd' }] }],
    ['a policy', { policy: '/etc/policy.json' }],
    ['a folder of plugins', { pluginsDir: '/etc' }],
    ['a folder of attachments', { dataset: { path: 'data', attachmentsDir: '/etc' } }],
    ['an isolation', { isolation: 'inline' }],
  ])('refuses a document that names %s', async (_, change) => {
    const document = {
      v: 1 as const,
      plan: FILE.digest,
      config: change as Readonly<Record<string, unknown>>,
      plugins: [{ ...FILE, places: ['evaluators[0]'] }],
      data: [],
      sources: [],
    };
    const unpacked = unpackRun(document, folder, () => Promise.resolve());
    await expect(unpacked).rejects.toMatchObject({ code: 'QUEUE_MESSAGE_INVALID' });
  });

  it('lets no worker check tools with a plugin of its own', async () => {
    const document = {
      v: 1 as const,
      plan: FILE.digest,
      config: { tools: [{ name: 'a', plugin: FILE.digest }] },
      plugins: [{ ...FILE, places: ['tools[0]'] }],
      data: [],
      sources: [],
    };
    const unpacked = await unpackRun(document, folder, () => Promise.resolve());
    const { toolCheck, tools } = unpacked.config;
    expect(toolCheck).toBe(join(folder, 'plugins', 'none.wasm'));
    expect(tools?.[0]?.plugin).toBe(join(folder, 'plugins', `${FILE.digest.slice(7)}.wasm`));
  });
});
