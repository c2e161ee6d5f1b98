import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { attestRun } from '@testbench/bench/attest';
import { PREDICATES, signClaim } from '@testbench/trust';

import { changeScore, insist, root, type Scene, step } from './scene.ts';

/** A run is signed and verified; then someone who has the trusted key changes one score. */
export async function checkPublishedScores(
  scene: Scene,
  project: string,
  plugin: string,
): Promise<void> {
  const records = Array.from({ length: 40 }, (_, index) => ({
    id: `sum-${index}`,
    input: `${index} + 1`,
    expected: `${index + 1}`,
    answers: { a: index % 7 === 3 ? 'no' : `${index + 1}` },
  }));
  const lines = records.map((record) => JSON.stringify(record));
  writeFileSync(join(project, 'sums.jsonl'), lines.join('\n'));
  const config = {
    name: 'sums',
    dataset: { path: 'sums.jsonl' },
    provider: { plugin: join(root, 'example-plugins/replay/build/replay.wasm'), models: ['a'] },
    evaluators: [{ plugin: `${plugin}@^1.0.0` }],
  };
  writeFileSync(join(project, 'sums.json'), JSON.stringify(config));
  let run = '';
  await step('a run is signed: --attest', async () => {
    await scene.ok(project, 'run', 'sums.json', '--attest', 'acme', '--frozen');
    const name = readdirSync(join(project, 'runs')).find((one) => one.startsWith('sums-')) ?? '';
    run = join(project, 'runs', name);
    return name;
  });
  await step('anybody who has the run can verify it', async () =>
    (await scene.ok(project, 'verify', run)).trim(),
  );
  await step(
    'with one score changed, all digests made again and signed again by the trusted key, verify names the row',
    async () => {
      const index = changeScore(run, 'exact-match');
      const key = await scene.openKey('acme');
      await attestRun(run, {
        sign: ({ artifact, predicate }) =>
          signClaim(
            { artifact, predicateType: PREDICATES.evaluationResult, predicate: { ...predicate } },
            key,
          ),
      });
      const { code, stdout, stderr } = await scene.run(project, 'verify', run);
      insist(code === 1, `verify ended with ${code}:\n${stdout}${stderr}`);
      // The signature is valid, and still:
      insist(stdout.includes('acme'), `the signature was not accepted:\n${stdout}${stderr}`);
      const named = `record ${index} ("sum-${index}")`;
      const line = stdout.split('\n').find((one) => one.includes(named));
      insist(line !== undefined, `no line has ${named}:\n${stdout}${stderr}`);
      insist(/score is 1 in the run, and comes out as 0/.test(line), line);
      return stdout.trim();
    },
  );
}
