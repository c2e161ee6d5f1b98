import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generateRun } from '../../packages/report/src/__fixtures__/generated-run.ts';
import { HOSTILE_TEXTS } from '../../packages/report/src/__fixtures__/hostile-texts.ts';
import { writeRun } from '../../packages/studio/src/__fixtures__/write-run.ts';
import { hostileRun } from '../report/pages.ts';

/** Writes a project with all that a studio shows, and with texts that try to get out. */
export async function writeProject(folder: string): Promise<void> {
  const models = ['abacus-large', 'abacus-small'];
  const before = generateRun({ records: 120, models });
  await writeRun(join(folder, 'runs/before'), before);
  await writeRun(join(folder, 'runs/after'), generateRun({ records: 120, models, seed: 9 }));
  await writeRun(join(folder, 'runs/half'), generateRun({ records: 100, models, seed: 4 }), 40);
  await writeRun(join(folder, 'runs/hostile'), hostileRun());
  mkdirSync(join(folder, 'data'));
  const lines = Array.from({ length: 130 }, (_, index) =>
    JSON.stringify({
      id: `problem-${index}`,
      input: `What is ${index} + ${index}? ${'Show how you get there. '.repeat(index % 7)}`,
      expected: String(2 * index),
      tags: ['sum', index % 2 === 0 ? 'even' : 'odd'],
    }),
  );
  writeFileSync(join(folder, 'data/sums.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'data/words.csv'), 'word,length\napple,5\n"river, wide",11\n');
  const hostile = HOSTILE_TEXTS.map((text) => JSON.stringify({ [text || 'x']: text, input: text }));
  writeFileSync(join(folder, 'data/hostile.jsonl'), `${hostile.join('\n')}\n`);
}
