import { join } from 'node:path';

import { listRuns } from '@testbench/bench/results';

import { Actor, command, plugin, type Scene, writeBenchmark } from './scene.ts';

/** What a command printed, if it ended with the expected code. */
type Run = (...args: readonly string[]) => Promise<string>;

/** Runs of a queue, and runs merged from parts, are runs like any other: every command that reads one works on them. */
export async function tryCommands(
  { folder, url }: Scene,
  check: (holds: boolean, what: string) => void,
): Promise<void> {
  const config = {
    name: 'read',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: [{ plugin: plugin('exact-match') }],
  };
  await writeBenchmark(folder, 60, config);
  const env = {
    HOME: folder,
    TESTBENCH_KEYS: join(folder, 'keys'),
    TESTBENCH_PASSPHRASE: 'for this script alone',
  };
  const run: Run = async (...args) => {
    const { code, text } = await new Actor(() => command(args, folder, env)).ended;
    if (code !== 0) throw new Error(`testbench ${args.join(' ')} ended with ${code}: ${text}`);
    return text;
  };
  await run('plugin', 'keys', 'generate', 'ours');
  const place = ['--queue', url, '--share', join(folder, 'share')];
  const worker = new Actor(() =>
    command(['worker', ...place, '--isolation', 'thread'], folder, env),
  );
  try {
    const few = ['--shard-records', '7', '--output-dir', 'queued', '--attest', 'ours'];
    await run('run', 'bench.json', ...place, ...few);
  } finally {
    await worker.kill('SIGTERM');
  }
  await run('run', 'bench.json', '--output-dir', 'one');
  for (const part of ['1/3', '2/3', '3/3']) {
    await run('run', 'bench.json', '--shard', part, '--output-dir', 'parts');
  }
  const parts = (await listRuns(join(folder, 'parts'))).map(({ path }) => path);
  await run('merge', ...parts, '--output-dir', 'merged', '--attest', 'ours');
  const [whole] = await listRuns(join(folder, 'one'));
  for (const kind of ['queued', 'merged']) {
    const [found] = await listRuns(join(folder, kind));
    const path = found!.path;
    const key = ['--key', join(folder, 'keys/ours.pub.pem')];
    const verified = await run('verify', path, ...key);
    check(
      /60 rows compared[^]*scores and fuel are the same/.test(verified),
      `a ${kind} run is verified by running its evaluator again`,
    );
    const status = await run('status', path);
    const resumed = await run('resume', path);
    const report = await run('report', path, '--format', 'md');
    const compared = await run('compare', whole!.path, path);
    const scored = await run('score', path, '--evaluator', plugin('exact-match'), '--replace');
    const isRead =
      status.includes('complete') &&
      resumed.includes('60 records') &&
      report.includes('60 records') &&
      /0\.0 pp/.test(compared) &&
      scored.includes('60');
    check(isRead, `status, resume, report, compare and score read a ${kind} run`);
  }
}
