import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';

import type { Judgement } from '../judging/judgement.js';
import { canonicalRow } from './canonical-row.js';
import type { ResultRow } from './result-row.js';
import { resultRowSchema, ROW_SCHEMA_VERSION } from './row-schema.js';

const usage = { promptTokens: 9, cachedTokens: 1, completionTokens: 2 };
const failure = {
  code: 'CALL_TRAPPED',
  message: 'm',
  pluginCode: 7,
  retryable: true,
  retryAfterMs: 5,
  status: 500,
  details: [1],
};
const call = {
  startedAt: '2026-01-01T00:00:00.000Z',
  queueMs: 0,
  firstTokenMs: 1.5,
  totalMs: 3,
  attempts: 1,
  cached: true,
  cost: 0.1,
};
const judgement: Required<Judgement> = {
  judge: 'j',
  sample: 1,
  order: 'answer_first',
  score: 1,
  grade: 5,
  choice: 'A',
  items: 2,
  held: 1,
  reason: 'why',
  problem: 'none',
  reply: 'r',
};
const FULL: Required<ResultRow> = {
  index: 0,
  id: 'a',
  line: 1,
  prompt: 'p',
  provider: 'o',
  model: 'm',
  epoch: 1,
  group: 'g',
  columns: { c: [1] },
  input: 'i',
  messages: [{ role: 'user', content: 'x' }],
  attachments: [
    { field: 'image', mediaType: 'image/png', bytes: 3, digest: `sha256:${'0'.repeat(64)}` },
  ],
  expected: { any: null },
  output: 'o',
  answer: 'a',
  toolCalls: [{ id: 'c', name: 'f', arguments: '{}' }],
  transcript: [
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'c', name: 'f', arguments: '{}' }],
      finishReason: 'tool_calls',
      usage,
    },
    { role: 'tool', content: '{}', toolCallId: 'c', name: 'f', error: 'CALL_TRAPPED', fuel: 3 },
    { role: 'user', content: 'more', simulated: true },
  ],
  steps: 1,
  turns: 2,
  ended: 'max-turns',
  finishReason: 'stop',
  usage,
  scores: { exact: 1 },
  score: 1,
  passed: true,
  details: {
    exact: {
      metrics: { words: 2 },
      explanation: 'e',
      confidence: 0.5,
      reply: 'r',
      turns: [{ turn: 1, score: 0.5, explanation: 'half' }],
      judgements: [judgement],
      selfJudged: true,
    },
  },
  errors: { other: failure },
  failure: { ...failure, stage: 'provider' },
  dropped: { reason: 'r' },
  fuel: { exact: 4 },
  measured: {
    ...call,
    fuel: { provider: 3 },
    judges: { exact: { ...call, usage } },
    user: { ...call, usage },
  },
};
const validate = new Ajv().compile(resultRowSchema());
const validateCanonical = new Ajv().compile(resultRowSchema('canonical'));

describe('resultRowSchema()', () => {
  it('is version 1: a program that reads rows may count on it', () => {
    expect(ROW_SCHEMA_VERSION).toBe(1);
    expect(resultRowSchema()['$id']).toBe('urn:testbench:result-row:1');
    expect(resultRowSchema('canonical')['$id']).toBe('urn:testbench:canonical-row:1');
  });

  it('takes a row with every field, and canonical rows only without `measured`', () => {
    validate(FULL);
    expect(validate.errors).toBeNull();
    expect(validateCanonical(FULL)).toBe(false);
    validateCanonical(JSON.parse(canonicalRow(FULL)));
    expect(validateCanonical.errors).toBeNull();
  });

  it.each([
    ['a field that no row has', { ...FULL, more: 1 }],
    ['no scores', { ...FULL, scores: undefined }],
    ['a score beyond 1', { ...FULL, scores: { exact: 2 } }],
    ['epoch 0', { ...FULL, epoch: 0 }],
    ['a speaker that there is not', { ...FULL, transcript: [{ role: 'system', content: '' }] }],
    ['an end that there is not', { ...FULL, ended: 'done' }],
    ['a failure without a stage', { ...FULL, failure }],
    ['a cost below 0', { ...FULL, measured: { cost: -1 } }],
  ])('refuses %s', (_, row) => {
    expect(validate(JSON.parse(JSON.stringify(row)))).toBe(false);
  });
});
