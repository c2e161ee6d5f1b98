import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listRuns } from '@testbench/bench/results';
import { assemble, guestWat, packed } from '@testbench/test-kit';
import { serveModels } from '@testbench/test-kit/model-server';
import { describe, expect, it, vi } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from './__fixtures__/paths.js';
import { readRows } from './__fixtures__/run-bench.js';
import { main } from './main.js';

const SCORE = '{"data":{"score":1}}';
/** The input of a later round is longer than that of any first round: it includes the data to be kept. */
const FIRST_INPUT_BYTES = 3000;

/** An evaluator that asks a provider by name, and returns 1 once it has an answer. */
function completingEvaluator(provider: string): Uint8Array {
  const ask = JSON.stringify({
    ask: [{ provider, complete: { model: 'big', prompt: 'Is it right?' } }],
    continue: 'x'.repeat(FIRST_INPUT_BYTES),
  });
  return assemble(
    guestWat({
      metadataText: JSON.stringify({
        name: 'completing',
        version: '1.0.0',
        plugin_type: 'evaluator',
        api_version: '1.0.0',
        capabilities: ['network'],
        asking: true,
      }),
      outputText: ask,
      rest: `(data (i32.const 20000) "${SCORE.replaceAll('"', String.raw`\"`)}")`,
      execute: `(if (result i64) (i32.gt_u (local.get $len) (i32.const ${FIRST_INPUT_BYTES}))
        (then ${packed(20_000, SCORE.length)})
        (else ${packed(4096, ask.length)}))`,
    }),
  );
}

async function run(asked: string) {
  const server = await serveModels({});
  const cwd = await temporaryFolder();
  const permissions = { network: true, allowedHosts: [server.origin] };
  const openai = {
    plugin: examplePlugin('openai'),
    config: { base_url: `${server.origin}/v1` },
    permissions,
  };
  const secrets = { OPENAI_API_KEY: { env: 'KEY', hosts: [server.origin] } };
  const config = {
    name: 'completing',
    dataset: { path: 'data.jsonl' },
    providers: [
      { ...openai, name: 'tested', models: ['small'] },
      { ...openai, name: 'second', models: ['big'] },
    ],
    evaluators: [{ plugin: './completing.wasm', permissions }],
    policy: 'policy.json',
    outputDir: 'out',
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  await writeFile(join(cwd, 'policy.json'), JSON.stringify({ secrets }));
  await writeFile(join(cwd, 'completing.wasm'), completingEvaluator(asked));
  await writeFile(join(cwd, 'data.jsonl'), '{"input":"Say 1"}\n{"input":"Say 2"}\n');
  vi.stubEnv('KEY', 'sk-test-of-a-key');
  const { io, stderr } = captureIo({ cwd });
  try {
    const code = await main(['run', 'bench.json'], io);
    const [stored] = await listRuns(join(cwd, 'out'));
    const rows = await readRows(stored);
    return { code, err: stderr(), rows, prompts: server.requests.map(({ body }) => body) };
  } finally {
    vi.unstubAllEnvs();
    await server[Symbol.asyncDispose]();
  }
}

describe('an evaluator that asks a provider of the configuration', () => {
  it('is answered by the one that it names, at the expense of the judge', async () => {
    const { code, err, rows, prompts } = await run('second');
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(rows.map(({ scores }) => scores['completing'])).toEqual([1, 1, 1, 1]);
    expect(rows[0]?.measured?.judges).toHaveProperty('completing');
    const judging = prompts.filter((body) => JSON.stringify(body).includes('Is it right?'));
    expect(judging.length).toBeGreaterThan(0);
    expect(judging.every((body) => JSON.stringify(body).includes('big'))).toBe(true);
  });

  it('has no score where there is no such provider, and no other one is asked', async () => {
    const { rows, prompts } = await run('none');
    const judging = prompts.filter((body) => JSON.stringify(body).includes('Is it right?'));
    expect(judging).toEqual([]);
    expect(rows).toHaveLength(4);
  });
});
