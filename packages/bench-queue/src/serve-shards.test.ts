import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';

import { connectQueue } from './redis-url.js';
import { ShardService } from './serve-shards.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

describe.skipIf(!hasRedis)('ShardService', () => {
  let folder: string;
  let server: ChildProcess;
  let connection: Redis;
  let client: Redis;

  afterEach(async () => {
    connection.disconnect();
    client.disconnect();
    server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('closes if the queue went away while it waited for shards (needs redis-server)', async () => {
    folder = await mkdtemp(join(tmpdir(), 'testbench-queue-'));
    const port = 10_000 + (process.pid % 9000);
    const address = { url: `redis://127.0.0.1:${port}` };
    server = spawn('redis-server', ['--port', `${port}`, '--dir', folder, '--save', ''], {
      stdio: 'ignore',
    });
    client = await connectQueue(address);
    connection = await connectQueue(address);
    const service = await ShardService.begin({
      run: 'run',
      address,
      connection,
      concurrency: 1,
      runJob: async () => await Promise.reject(new Error('there is no shard')),
      onFailed: () => {},
      signal: new AbortController().signal,
    });
    await expect.poll(async () => String(await client.client('LIST'))).toContain('cmd=bzpopmin');
    const gone = once(connection, 'reconnecting');
    server.kill('SIGKILL');
    await gone;
    await service.close();
    expect(service.running).toBe(0);
  });
});
