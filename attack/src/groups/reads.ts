import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runPlan } from '@testbench/bench';
import type { ResultRow } from '@testbench/bench/results';
import { assemble, guestWat, METADATA } from '@testbench/test-kit';

import { type Attack, insist } from '../attack.ts';

const RECORDS = 20;
/** What the attacker declares that it reads. */
const READS: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  'names that mean something to JavaScript': ['__proto__', 'constructor', 'toString', 'length'],
  'names that would end the JSON around them': ['"},"record":{"', '"', '\\', '\u2028', '\0'],
  'the same name 128 times': Array.from({ length: 128 }, () => 'record'),
  'long names': Array.from({ length: 2 }, (_, index) => `${index}${'x'.repeat(1000)}`),
};

const module = (type: string, reads: readonly string[], outputText: string) =>
  assemble(
    guestWat({
      metadataText: JSON.stringify({ ...JSON.parse(METADATA), plugin_type: type, reads }),
      outputText,
    }),
  );

/** Row 262: plugins that declare what they read, and mean something else by it. */
export const reads: readonly Attack[] = Object.entries(READS).map(([name, given]): Attack => ({
  row: 262,
  name: `a provider and an evaluator that read ${name}`,
  modes: ['host'],
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
    try {
      const path = (file: string): string => join(folder, file);
      writeFileSync(path('p.wasm'), module('provider', given, '{"data":{"text":"a","model":"m"}}'));
      writeFileSync(path('e.wasm'), module('evaluator', given, '{"data":{"score":1}}'));
      const record = { input: 'q', expected: 'a', __proto__x: 1, '"': 2 };
      const lines = Array.from({ length: RECORDS }, () => JSON.stringify(record));
      writeFileSync(path('data.jsonl'), lines.join('\n'));
      const rows: ResultRow[] = [];
      const { ok } = await runPlan(
        {
          name: 'attack',
          dataset: { path: path('data.jsonl') },
          provider: { plugin: path('p.wasm'), models: ['m'] },
          evaluators: [
            { plugin: path('e.wasm'), name: 'plain' },
            { plugin: path('e.wasm'), name: 'own', fields: { '"': '"', input: 'expected' } },
          ],
        },
        { onRow: (row) => void rows.push(row) },
      );
      insist(ok && rows.length === RECORDS, `${rows.length} rows, ok: ${ok}`);
      insist(
        rows.every(({ scores }) => scores['plain'] === 1 && scores['own'] === 1),
        'a row has no score',
      );
      return 'what is handed over is JSON, and less of it';
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
}));
