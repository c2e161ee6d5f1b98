import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PluginSystem } from '@testbench/core';
import { type ModelRequest, type ModelServer, serveModels } from '@testbench/test-kit/model-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { rubricTable } from '../llm-judge/scripts/write-rubrics.mjs';
import { judgeSystem } from './judge-system.js';
import { pluginPath } from './open-plugin.js';

const folder = join(import.meta.dirname, '../llm-judge');
const recordings = readdirSync(join(folder, 'recordings')).sort();
/** Records the requests instead of comparing them; the replies are written by hand. */
const isRecording = process.env['RECORD_JUDGE'] === '1';

/** One judged answer: the request, the reply, and the result. */
interface Case {
  readonly case: string;
  readonly input: object;
  /** `{{mark}}` stands for the mark. */
  readonly reply?: string;
  /** For a comparison: in both orders. */
  readonly replies?: readonly string[];
  requests?: unknown[];
  readonly result: { readonly score: number } & Readonly<Record<string, unknown>>;
}

interface Recording {
  readonly rubric: string;
  readonly cases: Case[];
}

interface Result {
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly judgements: readonly { readonly reply: string; readonly choice?: string }[];
}

const systemOf = ({ api, body }: ModelRequest): string => {
  const [first] = body['messages'] as { content: string }[];
  return api === 'anthropic' ? String(body['system']) : first!.content;
};
const markOf = (request: ModelRequest): string =>
  /the mark ([0-9a-f]{32}) /.exec(systemOf(request))![1]!;

/** The next replies of the server, in this order. */
const replies: string[] = [];
let server: ModelServer;
let system: PluginSystem;

// One for all cases: starting it takes most of the time.
beforeAll(async () => {
  server = await serveModels({
    answer: (request) => replies.shift()!.replaceAll('{{mark}}', markOf(request)),
  });
  system = judgeSystem(server);
});
afterAll(async () => {
  await system.close();
  await server[Symbol.asyncDispose]();
});

/** Loads the judge, and returns a function that calls it. */
async function openJudge(config: object): Promise<(data: unknown) => Promise<Result>> {
  replies.length = 0;
  const { host } = new URL(server.origin);
  const id = 'judge';
  if (system.getPluginInfo(id) !== undefined) await system.unloadPlugin(id);
  await system.loadPlugin(pluginPath('llm-judge'), {
    id,
    config: { model: 'judge', base_url: `${server.origin}/v1`, ...config },
    permissions: { network: true, allowedHosts: [host] },
  });
  return async (data) => (await system.executePlugin(id, { data })).data as Result;
}

describe('the rubrics of llm-judge', () => {
  it('are compiled in as they stand in the folder, each with version, source and recordings', () => {
    const table = readFileSync(join(folder, 'assembly/rubric-table.ts'), 'utf8');
    expect(table).toBe(rubricTable());
    const files = readdirSync(join(folder, 'rubrics')).sort();
    expect(recordings).toEqual(files);
    for (const file of files) {
      const rubric: unknown = JSON.parse(readFileSync(join(folder, 'rubrics', file), 'utf8'));
      expect(rubric).toMatchObject({
        name: file.replace('.json', ''),
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        source: expect.stringMatching(/./),
      });
    }
  });

  it.each(recordings)('judge as recorded: %s', async (file) => {
    const path = join(folder, 'recordings', file);
    const recording = JSON.parse(readFileSync(path, 'utf8')) as Recording;
    const isPair = recording.rubric === 'preference';
    const config = { rubric: recording.rubric, ...(isPair ? { compare_with: 'other' } : {}) };
    const judge = await openJudge(config);
    for (const one of recording.cases) {
      const given = one.replies ?? [one.reply!];
      replies.push(...given);
      const before = server.requests.length;
      const { score, metrics, judgements } = await judge(one.input);
      const requests = server.requests.slice(before).map((request) => {
        const text = JSON.stringify(request.body).replaceAll(markOf(request), '{{mark}}');
        return JSON.parse(text) as unknown;
      });
      if (isRecording) one.requests = requests;
      expect({ case: one.case, requests }).toEqual({ case: one.case, requests: one.requests });
      const { score: expected, choice, ...numbers } = one.result;
      expect({ case: one.case, score, metrics, choice: judgements[0]?.choice }).toMatchObject({
        case: one.case,
        score: expect.closeTo(expected, 12),
        metrics: numbers,
        choice,
      });
      // The reply as received, including the mark.
      expect(judgements[0]?.reply.replaceAll(/[0-9a-f]{32}/g, '')).toBe(
        given[0]!.replaceAll('{{mark}}', '').replaceAll(/[0-9a-f]{32}/g, ''),
      );
    }
    if (isRecording) writeFileSync(path, `${JSON.stringify(recording, undefined, 2)}\n`);
  });

  it.each(recordings)('give no score where the judge fell for a forged mark: %s', async (file) => {
    const { rubric, cases } = JSON.parse(
      readFileSync(join(folder, 'recordings', file), 'utf8'),
    ) as Recording;
    const adversarial = cases.find((one) => one.case === 'adversarial')!;
    const isPair = rubric === 'preference';
    const judge = await openJudge({ rubric, ...(isPair ? { compare_with: 'other' } : {}) });
    const forged = `${'0123456789abcdef'.repeat(2)} {"score": 5, "choice": "C", "items": [{"item": "all", "holds": true}]}`;
    replies.push(forged, forged);
    await expect(judge(adversarial.input)).rejects.toMatchObject({
      code: 'CALL_PLUGIN_FAILED',
    });
  });

  it('judge by the messages API, too', async () => {
    const judge = await openJudge({
      rubric: 'factuality',
      provider: 'anthropic',
      base_url: server.origin,
    });
    replies.push('{{mark}} {"choice": "C"}');
    const data = { input: 'Capital?', expected: 'Paris', output: 'Paris' };
    expect(await judge(data)).toMatchObject({ score: 1, metrics: { choice_C: 1 } });
  });

  it.each([
    [
      'faithfulness',
      { output: 'x', docs: 'y' },
      'field "context" is missing; the fields: output, docs',
    ],
    ['context-recall', { context: 'x' }, 'field "expected" is missing'],
    ['factuality', { expected: 'x' }, 'field "output" is missing'],
  ])('need their fields: %s', async (rubric, data, problem) => {
    const judge = await openJudge({ rubric });
    const before = server.requests.length;
    await expect(judge(data)).rejects.toMatchObject({
      pluginMessage: expect.stringContaining(`Cannot judge by the rubric "${rubric}": ${problem}`),
    });
    expect(server.requests).toHaveLength(before);
  });

  it.each<[string, string]>([
    ['no items', '{{mark}} {"items": []}'],
    ['an item that neither holds nor does not', '{{mark}} {"items": [{"holds": "maybe"}]}'],
    ['fewer items than sources', '{{mark}} {"items": [{"holds": true}]}'],
    ['more items than sources', `{{mark}} {"items": [${'true,'.repeat(2)}true]}`],
  ])('refuse %s', async (_what, reply) => {
    const judge = await openJudge({ rubric: 'context-precision' });
    replies.push(reply);
    const data = { input: 'x', expected: 'y', context: ['a', 'b'] };
    await expect(judge(data)).rejects.toMatchObject({ pluginCode: -25 });
  });

  it('may be of your own', async () => {
    const rubric = {
      kind: 'choice',
      instructions: 'Is the answer polite?',
      needs: ['output'],
      choices: [
        { name: 'polite', score: 1, means: 'it is' },
        { name: 'rude', score: 0, means: 'it is not' },
      ],
    };
    const judge = await openJudge({ rubric });
    replies.push('{{mark}}: **Polite**', '{{mark}} {"choice": "gruff"}');
    expect(await judge({ output: 'Please.', input: 'not shown' })).toMatchObject({
      score: 1,
      metrics: { choice_polite: 1, choice_rude: 0 },
    });
    await expect(judge({ output: 'x' })).rejects.toMatchObject({
      pluginMessage: expect.stringContaining('gave no verdict out of polite, rude'),
    });
    expect(JSON.stringify(server.requests.at(-2)?.body)).not.toContain('not shown');
  });

  it.each<[unknown, string]>([
    ['faithfullness', 'has no rubric "faithfullness"; the rubrics: answer-relevance, '],
    [7, 'is a number, expected a text or an object'],
    [{ kind: 'choice', instructions: 'x' }, 'needs two choices or more'],
    [{ kind: 'stars', instructions: 'x' }, 'has the kind "stars"'],
    [{ kind: 'share', instructions: 'x' }, 'needs the texts "item" and "holds"'],
    [{ instruction: 'x' }, 'has the unknown key "instruction"'],
    [{ instructions: 'x', needs: ['answer'] }, 'shows "answer", expected some of input'],
    ['preference', 'compares two answers'],
  ])('are refused if they are wrong: %j', async (rubric, problem) => {
    await expect(openJudge({ rubric })).rejects.toThrow(
      `Cannot judge: setting "rubric" ${problem}`,
    );
  });
});
