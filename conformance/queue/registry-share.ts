import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listRuns, type StoredRun } from '@testbench/bench/results';
import { hasCommand, startDockerRegistry } from '@testbench/test-kit/docker-registry';

import { Actor, command, plugin, type Scene, writeBenchmark } from './scene.ts';

/** Plugins, data and results through Debian's registry in place of a folder. */
export async function shareInRegistry(
  { folder, url }: Scene,
  check: (holds: boolean, what: string) => void,
): Promise<void> {
  if (!hasCommand('docker-registry')) {
    console.log('skipped: there is no docker-registry (apt-get install docker-registry)');
    return;
  }
  await using registry = await startDockerRegistry();
  await writeBenchmark(folder, 500, {
    name: 'pushed',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: [{ plugin: plugin('exact-match') }],
  });
  const place = ['--queue', url, '--share', `oci://${registry.host}/team/share`];
  const workers = ['work-1', 'work-2'].map(
    (name) =>
      new Actor(() =>
        command(['worker', ...place, '--isolation', 'thread', '--work-dir', name], folder),
      ),
  );
  const run = async (...args: readonly string[]): Promise<void> => {
    const { code, text } = await new Actor(() => command(['run', 'bench.json', ...args], folder))
      .ended;
    if (code !== 0) throw new Error(text);
  };
  try {
    await run(...place, '--shard-records', '50', '--output-dir', 'queued');
  } finally {
    for (const worker of workers) await worker.kill('SIGTERM');
  }
  await run('--output-dir', 'one');
  const [queued] = await listRuns(join(folder, 'queued'));
  const [one] = await listRuns(join(folder, 'one'));
  const [found, expected] = [await rowsOf(queued!), await rowsOf(one!)];
  check(found === expected, 'a share in a registry gives the bytes of one machine');
}

async function rowsOf({ path, segments }: StoredRun): Promise<string> {
  const hash = createHash('sha256');
  for (const { from, to } of segments) {
    hash.update(await readFile(join(path, 'segments', `${from}-${to}.jsonl`)));
  }
  return hash.digest('hex');
}
