import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { connectQueue } from '@testbench/bench-queue';
import { serveModels } from '@testbench/test-kit/model-server';

import { Actor, command, plugin, type Scene, until, writeBenchmark } from './scene.ts';

const BUDGET = 1;
const WORKERS = 3;
/** 64 calls in flight, over all workers. */
const CALLS = 22;
/** Per million tokens: with a prompt of 4,000 characters, a call costs 0.003 and may cost 0.015, so that the budget has room for 64 at once. */
const PRICE = 3;
const PADDING = 'a'.repeat(4000);

/** A budget of 1.00 that three workers share, 64 calls in flight, one worker killed with reservations: at most 1.00 is billed. */
export async function spendBudget(
  { folder, url }: Scene,
  check: (holds: boolean, what: string) => void,
): Promise<void> {
  await using models = await serveModels({
    latencyMs: 100,
    prices: { input: PRICE, output: PRICE },
  });
  const grants = { network: true, allowedHosts: [models.origin] };
  await writeBenchmark(folder, 600, {
    name: 'budget',
    dataset: { path: 'data.jsonl' },
    prompts: [`{{input}} ${PADDING}`],
    provider: {
      plugin: plugin('openai'),
      config: { base_url: `${models.origin}/v1` },
      permissions: grants,
      models: [
        {
          name: 'small',
          parameters: { max_tokens: 8 },
          price: { input: PRICE, output: PRICE },
        },
      ],
      calls: { concurrency: CALLS },
    },
    evaluators: [{ plugin: plugin('exact-match') }],
    budgets: { money: BUDGET },
    policy: 'policy.json',
  });
  const policy = {
    plugins: [{ name: 'openai', digest: 'any', permissions: grants }],
    secrets: { OPENAI_API_KEY: { env: 'KEY', hosts: [models.origin] } },
  };
  await writeFile(join(folder, 'policy.json'), JSON.stringify(policy));
  const place = ['--queue', url, '--share', join(folder, 'share')];
  const env = { KEY: 'sk-test-of-a-key' };
  const workers = Array.from(
    { length: WORKERS },
    () =>
      new Actor(() =>
        command(
          ['worker', ...place, '--isolation', 'thread', '--policy', 'policy.json'],
          folder,
          env,
        ),
      ),
  );
  const coordinator = new Actor(() =>
    command(['run', 'bench.json', ...place, '--shard-records', '25'], folder, env),
  );
  const client = await connectQueue({ url });
  try {
    await until(() => models.bill.money > BUDGET / 4 && models.inFlight > 0, 'calls', 60_000);
    await workers[0]!.kill('SIGKILL');
    const lost = models.inFlight;
    const { code, text } = await coordinator.ended;
    const { money, answers } = models.bill;
    check(
      code !== 0 && text.includes('BENCH_BUDGET_SPENT'),
      `a run ends when its budget is spent (${lost} calls in flight when a worker was killed)`,
    );
    check(
      money <= BUDGET && money > BUDGET / 4,
      `${money.toFixed(3)} of 1.00 billed for ${answers} answers, at most ${models.peak} in flight`,
    );
  } finally {
    client.disconnect();
    for (const worker of workers) await worker.kill('SIGTERM');
    await coordinator.kill('SIGKILL');
  }
}
