import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { failCall, type Script, ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import type { ResultRow } from '../results/result-row.js';
import { runPlan } from './run-plan.js';

/** The inputs of a run's plugins, and the rows that the run wrote. */
interface Seen {
  readonly given: Readonly<Record<string, string[]>>;
  readonly rows: readonly ResultRow[];
  readonly error: unknown;
}

const records = Array.from({ length: 70 }, (_, n) => ({
  id: `r${n}`,
  input: `q"${n}`,
  ...(n % 7 === 3 ? {} : { expected: n % 2 === 0 ? [`a${n}`, null] : { n } }),
  question: { text: `ü${n}` },
  output: 'not this one',
  topic: `t${n % 3}`,
  // Not made by any plugin.
  __proto__: { evil: true },
}));

/** The tool calls that models request, by record. */
const CALLS: Readonly<Record<string, unknown>> = {
  r12: [{ id: 'c', name: 'f"', arguments: '{}', more: 1 }, { name: 'g' }],
  r13: [],
  r14: [{ name: 7 }],
};

async function see(
  change: Partial<BenchmarkConfig>,
  isPipeline: boolean,
  lines: readonly unknown[] = records,
  reads: Readonly<Record<string, readonly string[]>> = {},
): Promise<Seen> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'data.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
  const given: Record<string, string[]> = {};
  const note =
    (name: string, script: Script): Script =>
    (data: never) => {
      (given[name] ??= []).push(JSON.stringify(data));
      return script(data);
    };
  const system = new ScriptedSystem({
    echo: [
      'provider',
      note('echo', ({ model, record: { id } }: { model: string; record: { id: string } }) => {
        if (id === 'r5') failCall('CALL_TRAPPED');
        const calls = CALLS[id] === undefined ? {} : { tool_calls: CALLS[id] };
        return { text: `${model} ${id}`, model, finish_reason: 'stop', ...calls };
      }),
      undefined,
      reads['echo'],
    ],
    shout: [
      'transform',
      note('shout', ({ text }: { text: string }) =>
        text.endsWith('r9') ? { no: 'text' } : text.toUpperCase(),
      ),
      undefined,
      reads['shout'],
    ],
    judge: [
      'evaluator',
      note('judge', ({ output }: { output: string }) => {
        if (output.includes('11')) failCall('CALL_FUEL_EXHAUSTED');
        return { score: output.length % 2, metrics: { length: output.length } };
      }),
      undefined,
      reads['judge'],
    ],
    own: [
      'custom',
      note('own', ({ output }: { output?: string }) => ({ score: output ? 1 : 2 })),
      undefined,
      reads['own'],
    ],
  });
  const rows: ResultRow[] = [];
  const config: BenchmarkConfig = {
    name: 'test',
    dataset: { path: join(folder, 'data.jsonl'), columns: ['topic'] },
    provider: { plugin: '/echo.wasm', models: ['a', 'b'] },
    transforms: [{ plugin: '/shout.wasm' }],
    evaluators: [
      { plugin: '/judge.wasm' },
      { plugin: '/own.wasm', fields: { question: 'question.text', 'weird "name"': 'topic' } },
      {
        plugin: '/own.wasm',
        name: 'other',
        fields: { expected: 'input', 5: 'output', input: 'topic' },
      },
      { plugin: '/judge.wasm', name: '__proto__' },
    ],
    outputDir: join(folder, 'out'),
    ...change,
  };
  const own = isPipeline ? system : Object.assign(system, { executePipeline: undefined });
  const error = await runPlan(config, { system: own, onRow: (row) => void rows.push(row) }).then(
    () => undefined,
    (reason: Error) => reason.message.replace(folder, ''),
  );
  // Side by side, calls may come in any order.
  for (const calls of Object.values(given)) calls.sort();
  return { given, rows, error };
}

describe('BatchEvaluator', () => {
  it.each<{ readonly name: string; readonly change: Partial<BenchmarkConfig> }>([
    { name: 'transforms and fields of their own', change: {} },
    {
      name: 'several prompts, messages and epochs',
      change: {
        prompts: [
          { name: 'bare', template: '{{input}}?' },
          { name: 'chat', messages: [{ role: 'user', content: '{{input}} {{topic}}' }] },
        ],
        epochs: { count: 2 },
        onError: 'wrong',
      },
    },
    {
      name: 'parameters of a model',
      change: {
        provider: {
          plugin: '/echo.wasm',
          models: [{ name: 'a', parameters: { temperature: 0.5, 7: [8], nothing: null } }],
        },
      },
    },
    { name: 'thresholds, and no transform', change: { transforms: [], concurrency: 3 } },
    {
      name: 'tool calls out of the record',
      change: {
        evaluators: [{ plugin: '/own.wasm', fields: { a: 'topic', tool_calls: 'topic' } }],
      },
    },
  ])(
    'gives plugins what single calls give them, and makes the same rows: $name',
    async ({ change }) => {
      const together = await see(change, true);
      const singly = await see(change, false);
      expect(together.rows.length).toBeGreaterThanOrEqual(70);
      expect(together).toEqual(singly);
      expect(together.rows.map((row) => JSON.stringify(row))).toEqual(
        singly.rows.map((row) => JSON.stringify(row)),
      );
    },
  );

  it.each<Readonly<Record<string, readonly string[]>>>([
    { echo: ['record'], shout: [], judge: ['expected'], own: ['question'] },
    {
      echo: ['record', 'messages'],
      shout: ['record'],
      judge: [],
      own: ['record', 'expected', '5'],
    },
    { echo: ['record', 'prompt', 'temperature'], judge: ['tool_calls', 'input'], own: [] },
    { judge: ['record', '__proto__', 'no such field'], own: ['tool_calls', 'weird "name"'] },
  ])('gives plugins what they read and nothing else: %j', async (reads) => {
    const provider = {
      plugin: '/echo.wasm',
      models: ['a', { name: 'b', parameters: { temperature: 0.5, top_p: 1 } }],
    };
    const together = await see({ provider }, true, records, reads);
    const singly = await see({ provider }, false, records, reads);
    expect(together.rows).toHaveLength(140);
    expect(together).toEqual(singly);
    const whole = await see({ provider }, true);
    expect(together.rows).toEqual(whole.rows);
    const always = { echo: 'model', shout: 'text', judge: 'output', own: 'output' };
    for (const [name, given] of Object.entries(together.given)) {
      const fieldsOf = (texts: readonly string[]): Set<string> =>
        new Set(texts.flatMap((data) => Object.keys(JSON.parse(data) as object)));
      const all = [...fieldsOf(whole.given[name]!)];
      const known = new Set([...(reads[name] ?? all), always[name as keyof typeof always]]);
      expect(fieldsOf(given)).toEqual(new Set(all.filter((field) => known.has(field))));
    }
  });

  it('asks each evaluator once where models call tools', async () => {
    const { given, rows } = await see({ transforms: [] }, true);
    // Two models, and two evaluators of the plugin. Two records have no answer: r5 traps, and r14's calls are invalid.
    expect(given['judge']).toHaveLength(2 * 2 * (70 - 2));
    const calling = given['judge']!.filter((text) => text.includes('"tool_calls":[{"id":"c"'));
    expect(calling).toHaveLength(2 * 2);
    expect(rows.filter(({ toolCalls }) => toolCalls !== undefined)).toHaveLength(2);
  });

  it('keeps the rows before a record that lacks a field of an evaluator', async () => {
    const bad = { id: 'x', input: 'q', topic: 't', output: 'o' };
    const lines = [...records.slice(0, 40), bad, ...records.slice(40)];
    const [together, singly] = await Promise.all([see({}, true, lines), see({}, false, lines)]);
    expect(together.error).toEqual(expect.stringContaining('line 41'));
    expect(together.error).toBe(singly.error);
    expect(together.rows).toHaveLength(80);
  });

  it('ends at the first failed call with failFast', async () => {
    const { error, rows } = await see({ failFast: true }, true);
    expect(error).toEqual(expect.stringContaining('record 5 (line 6): providers[0] failed'));
    expect(rows).toHaveLength(10);
  });
});
