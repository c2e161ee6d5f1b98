// The client of asking.ts, in JavaScript: Node 20 runs no TypeScript. Prints its observations as JSON.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runPlan } from '@testbench/bench';
import { createMemorySecrets, PluginSystem } from '@testbench/core';

const {
  api,
  isolation,
  origin,
  records = 0,
  concurrency,
  waiting = 0,
} = JSON.parse(process.argv[2]);
const built = (name) =>
  fileURLToPath(new URL(`../../example-plugins/${name}/build/${name}.wasm`, import.meta.url));
const permissions = { network: true, allowedHosts: [origin] };
const isJudge = api === 'llm-judge';
const secret = isJudge ? 'JUDGE_API_KEY' : `${api.toUpperCase()}_API_KEY`;
/** The plugin that sends requests to the server. */
const asking = {
  plugin: built(api),
  config: isJudge
    ? { rubric: 'Right is 5, wrong is 1.', model: 'small', base_url: `${origin}/v1` }
    : { base_url: api === 'openai' ? `${origin}/v1` : origin },
  permissions,
};
const secrets = createMemorySecrets({ [secret]: { value: 'sk-test-of-a-key', hosts: [origin] } });
const report = { records, failed: 0, tookMs: 0, beforeBytes: 0, waitingBytes: 0 };

function memory() {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

if (waiting > 0) {
  await useSystem(new PluginSystem({ isolation, secrets }), async (system) => {
    const { plugin, config } = asking;
    const { id } = (await system.loadPlugin(plugin, { config, permissions, state: 'reset' })).info;
    const data = isJudge
      ? { input: 'How much does a call hold?', output: 'Little.', expected: 'Little.' }
      : { model: 'small', prompt: 'How much does a call hold?', max_tokens: 50 };
    const input = { data };
    const call = () => system.executePlugin(id, input, { timeoutMs: 300_000 });
    await Promise.all(Array.from({ length: 256 }, call));
    report.beforeBytes = memory();
    const calls = Array.from({ length: waiting }, call);
    const state = { isWaiting: true };
    void Promise.race(calls).then(() => (state.isWaiting = false));
    // Before the first answer, all of them wait.
    while (state.isWaiting) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      report.waitingBytes = Math.max(report.waitingBytes, memory());
    }
    await Promise.all(calls);
  });
} else {
  const folder = mkdtempSync(join(tmpdir(), 'asking-'));
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify({ secrets: { [secret]: { env: 'KEY', hosts: [origin] } } }));
  process.env.KEY = 'sk-test-of-a-key';
  const startMs = performance.now();
  const calls = concurrency === undefined ? {} : { calls: { concurrency } };
  const models = [{ name: 'small', parameters: { max_tokens: 50 } }];
  const { summary } = await runPlan({
    name: 'asking',
    isolation,
    dataset: {
      records: Array.from({ length: records }, (_, n) => ({
        input: `Say ${n}`,
        expected: `${n}`,
        answers: { small: `${n}` },
      })),
    },
    provider: isJudge
      ? { plugin: built('replay'), models: ['small'] }
      : { ...asking, models, ...calls },
    evaluators: isJudge
      ? [{ ...asking, config: { ...asking.config, model: 'judge' }, ...calls }]
      : [{ plugin: built('contains'), config: { texts: ['Say'] } }],
    policy,
  });
  rmSync(folder, { recursive: true });
  report.tookMs = performance.now() - startMs;
  report.failed = summary.failedCases;
}
console.log(JSON.stringify(report));

async function useSystem(system, use) {
  try {
    await use(system);
  } finally {
    await system.close();
  }
}
