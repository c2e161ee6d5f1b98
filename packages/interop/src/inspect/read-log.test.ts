import { zstdCompressSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { importFiles, type ImportedText } from '../__fixtures__/import-text.js';
import { makeZip } from '../__fixtures__/make-zip.js';

type Json = Readonly<Record<string, unknown>>;

const HEADER = {
  version: 2,
  status: 'success',
  eval: {
    task: 'sums',
    model: 'openai/azure/small',
    config: { epochs: 1, epochs_reducer: ['mean'] },
    packages: { inspect_ai: '0.3.100' },
    dataset: {},
  },
  plan: { config: { temperature: 0.5 } },
};

function sample(change: Json = {}): Json {
  return {
    id: 1,
    epoch: 1,
    input: '1+1',
    target: '2',
    messages: [
      { role: 'user', content: '1+1' },
      { role: 'assistant', content: '2' },
    ],
    output: {
      model: 'small',
      choices: [{ message: { role: 'assistant', content: '2' }, stop_reason: 'stop' }],
      usage: { input_tokens: 3, output_tokens: 1, total_tokens: 4 },
    },
    scores: { match: { value: 'C', answer: '2' } },
    ...change,
  };
}

async function importLog(
  samples: readonly Json[],
  header: Json = HEADER,
  text = (log: Json): string => JSON.stringify(log),
): Promise<ImportedText> {
  const [run] = await importFiles({ 'log.json': text({ ...header, samples }) });
  return run!;
}

const withScore = (value: unknown): Json => sample({ scores: { match: { value } } });

describe('readLog()', () => {
  it.each([
    { value: 'C', score: 1 },
    { value: 'I', score: 0 },
    { value: 'P', score: 0.5 },
    { value: 'N', score: 0 },
    { value: 'Yes', score: 1 },
    { value: 'false', score: 0 },
    { value: true, score: 1 },
    { value: 0.25, score: 0.25 },
    { value: '0.75', score: 0.75 },
  ])('reads the value $value as $score', async ({ value, score }) => {
    const { rows } = await importLog([withScore(value)]);
    expect(rows[0]!.scores).toEqual({ match: score });
  });

  it.each([
    { value: null, text: 'null' },
    { value: 'NAN', text: 'NaN' },
    { value: 'NAN', text: '-Infinity' },
  ])('leaves a sample with $text without a score', async ({ value, text }) => {
    const run = await importLog(
      [withScore('C'), { ...withScore(value), id: 'says "NaN"' }],
      HEADER,
      (log) => JSON.stringify(log).replace('"NAN"', text),
    );
    expect(run.summary.scores).toMatchObject([{ evaluator: 'match', n: 1, mean: 1, errors: 1 }]);
    expect(run.rows[1]!.id).toBe('says "NaN"');
  });

  it('keeps labels, and says that they are no scores', async () => {
    const run = await importLog([withScore('neutral'), { ...withScore('C'), id: 2 }]);
    expect(run.notes).toEqual(['a value of "match" is no number (1 sample)']);
    expect(run.rows[0]).toMatchObject({
      scores: {},
      details: { match: { explanation: 'Value: "neutral"' } },
    });
  });

  it('takes each key of an object, and each entry of a list, for a metric', async () => {
    const scores = {
      graded: { value: { accuracy: 'C', style: 0.5, none: null } },
      pair: { value: [1, 0] },
    };
    const results = {
      scores: [
        { name: 'accuracy', scorer: 'graded', metrics: { mean: { name: 'mean', value: 1 } } },
        { name: 'graded', scorer: 'graded', metrics: {} },
      ],
    };
    const run = await importLog([sample({ scores })], { ...HEADER, results });
    expect(run.rows[0]!.scores).toEqual({
      'graded/accuracy': 1,
      'graded/style': 0.5,
      'pair/0': 1,
      'pair/1': 0,
    });
    expect(Object.keys(run.rows[0]!.errors!)).toEqual(['graded/none']);
    expect(run.checks).toMatchObject([{ metric: 'graded/accuracy', found: 1, agrees: true }]);
  });

  it.each([
    { reducer: 'mean', mean: 0.5 },
    { reducer: 'max', mean: 1 },
    { reducer: 'pass_at_2', mean: 1 },
    { reducer: 'pass_k_2', mean: 0 },
    { reducer: 'at_least_1', mean: 1 },
  ])('reduces epochs by $reducer', async ({ reducer, mean }) => {
    const config = { epochs: 2, epochs_reducer: [reducer] };
    const results = {
      scores: [
        { name: 'match', scorer: 'match', reducer, metrics: { accuracy: { value: mean } } },
        { name: 'match', scorer: 'match', reducer: 'other', metrics: { accuracy: { value: 9 } } },
      ],
    };
    const samples = [withScore('I'), { ...withScore('C'), epoch: 2 }];
    const run = await importLog(samples, {
      ...HEADER,
      eval: { ...HEADER.eval, config },
      results,
    });
    expect(run).toMatchObject({ records: 1, cases: 2 });
    expect(run.checks).toMatchObject([{ value: mean, found: mean, agrees: true }]);
  });

  it('tells totals that its samples do not give', async () => {
    const results = {
      completed_samples: 3,
      scores: [{ name: 'match', scorer: 'match', metrics: { accuracy: { value: 0.9 } } }],
    };
    const run = await importLog([sample()], { ...HEADER, results });
    expect(run.notes).toEqual([
      'the files say that there are 3 samples, and have 1',
      'the files say accuracy 0.9 for "match", and their samples give 1',
    ]);
  });

  it('reads a log of version 1, whose samples have a score without a name', async () => {
    const { scores: _, ...old } = sample({ score: { value: 'C' } });
    const results = { scorer: { name: 'includes' }, metrics: { accuracy: { value: 1 } } };
    const run = await importLog([old], { ...HEADER, version: 1, results });
    expect(run.rows[0]!.scores).toEqual({ includes: 1 });
    expect(run.checks).toMatchObject([{ metric: 'includes', agrees: true }]);
  });

  it('puts attachments in their places, of both kinds', async () => {
    const attachments = { abc: 'a long question', def: 'data:image/png;base64,AA==' };
    const content = [
      { type: 'text', text: 'attachment://abc' },
      { type: 'image', image: 'attachment://def' },
      { type: 'reasoning', reasoning: 'hidden' },
      { type: 'image', image: '/home/me/picture.png' },
    ];
    const run = await importLog([
      sample({
        input: 'attachment://abc',
        messages: [{ role: 'user', content }],
        metadata: { source: 'attachment://abc', other: 'attachment://none' },
        attachments,
      }),
      sample({ id: 2, input: 'tc://abc', transcript: { content: attachments, events: [] } }),
    ]);
    expect(run.rows[0]!.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a long question' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          { type: 'text', text: '[image]' },
        ],
      },
    ]);
    expect(run.rows[1]!.input).toBe('1+1');
  });

  it('reads conversations with tools', async () => {
    const calls = [{ id: 'c1', function: 'add', arguments: { a: 1 }, type: 'function' }];
    const run = await importLog([
      sample({
        input: [
          { role: 'system', content: 'Be short' },
          { role: 'user', content: 'Add' },
        ],
        messages: [
          { role: 'user', content: 'Add' },
          { role: 'assistant', content: '', tool_calls: calls },
          { role: 'tool', content: '2', tool_call_id: 'c1', function: 'add' },
          { role: 'assistant', content: 'two' },
        ],
        output: { choices: [{ message: { role: 'assistant', content: [{ text: 'two' }] } }] },
      }),
    ]);
    expect(run.rows[0]).toMatchObject({ output: 'two' });
    expect(run.rows[0]!.messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'add' } }] },
      { role: 'tool', tool_call_id: 'c1' },
    ]);
  });

  it('takes a failed sample for a failed case, unless it was scored', async () => {
    const error = { message: 'the sandbox died', traceback: '' };
    const run = await importLog([
      sample({ scores: null, error }),
      sample({ id: 2, error }),
      sample({ id: 3 }),
    ]);
    expect(run.summary).toMatchObject({ failedCases: 1, scores: [{ n: 2, errors: 1 }] });
    expect(run.rows[0]!.failure).toMatchObject({ stage: 'provider', message: 'the sandbox died' });
  });

  it('keeps values beyond a score in the details', async () => {
    const run = await importLog([withScore(7), { ...withScore(3), id: 2 }]);
    expect(run.summary.scores).toEqual([]);
    expect(run.rows[0]!.details).toEqual({ match: { metrics: { value: 7 } } });
    expect(run.notes).toEqual([expect.stringContaining('"match" go from 3 to 7')]);
  });

  it('reads samples with missing fields', async () => {
    const run = await importLog([{ id: 'x', input: 'q', scores: { match: { value: 1 } } }]);
    expect(run.rows[0]).toMatchObject({ id: 'x', epoch: 1, input: 'q', output: '' });
  });

  it.each([
    { change: { scores: 3 }, place: 'samples[0].scores', says: 'expected an object, found 3' },
    { change: { id: null }, place: 'samples[0].id', says: 'expected a text or a number' },
    { change: { messages: [{}] }, place: 'samples[0].messages[0]' },
    { change: { messages: 'hi' }, place: 'samples[0].messages', says: 'expected a list' },
    { change: { epoch: 'two' }, place: 'samples[0].epoch', says: 'expected a number' },
  ])('says where $place is wrong', async ({ change, place, says = 'expected' }) => {
    await expect(importLog([sample(change)])).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      place,
      message: expect.stringContaining(says),
    });
  });

  it('says that a log without a status may be incomplete', async () => {
    const { status: _status, ...header } = HEADER;
    const run = await importLog([sample()], header);
    expect(run.notes).toEqual(['the log has no status: samples may be missing']);
  });

  it('refuses a sample that occurs twice', async () => {
    await expect(importLog([sample(), sample()])).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      message: expect.stringContaining('record "1", epoch 1: it occurs twice'),
    });
  });

  it('refuses attachments that grow without end', async () => {
    const attachments = { a: 'x'.repeat(1024 * 1024) };
    const metadata = { all: Array.from({ length: 100 }, () => 'attachment://a') };
    await expect(importLog([sample({ metadata, attachments })])).rejects.toMatchObject({
      code: 'IMPORT_TOO_LARGE',
      place: 'samples[0]',
    });
  });

  it('refuses JSON that nests without end', async () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    const log = importLog([sample({ metadata: { deep: 'DEEP' } })], HEADER, (value) =>
      JSON.stringify(value).replace('"DEEP"', deep),
    );
    await expect(log).rejects.toMatchObject({ code: 'IMPORT_INVALID' });
  });
});

describe('readLog() of archives', () => {
  const entries = [
    { name: 'header.json', text: JSON.stringify(HEADER) },
    { name: 'samples/1_epoch_1.json', text: JSON.stringify(sample()) },
  ];
  const importArchive = async (bytes: Uint8Array): Promise<ImportedText> => {
    const [run] = await importFiles({ 'log.eval': bytes });
    return run!;
  };

  it.each([0, 8] as const)('reads entries with the compression %j', async (method) => {
    const run = await importArchive(makeZip(entries.map((entry) => ({ ...entry, method }))));
    expect(run.rows[0]).toMatchObject({ output: '2', scores: { match: 1 } });
  });

  it.skipIf(zstdCompressSync === undefined)('reads frames of zstd, and ZIP64', async () => {
    const packed = entries.map((entry) => ({ ...entry, method: 93 as const, isLarge: true }));
    expect((await importArchive(makeZip(packed))).rows).toHaveLength(1);
  });

  it('takes the last of several entries with one name', async () => {
    const older = { name: 'samples/1_epoch_1.json', text: JSON.stringify(withScore('I')) };
    const run = await importArchive(makeZip([older, ...entries]));
    expect(run.rows.map(({ scores }) => scores)).toEqual([{ match: 1 }]);
  });

  it('reads a log that has not ended', async () => {
    const start = { name: '_journal/start.json', text: JSON.stringify(HEADER) };
    expect((await importArchive(makeZip([start, entries[1]!]))).rows).toHaveLength(1);
  });

  it('puts a sample together that is kept in pieces', async () => {
    const {
      messages,
      metadata: _,
      ...shell
    } = sample({
      message_refs: [
        [1, 2],
        [0, 1],
      ],
    });
    const [asked, answered] = messages as [unknown, unknown];
    const pieces = {
      'sample.json': { ...shell, input: 'attachment://1' },
      'metadata.json': { level: 3 },
      'messages/0.json': [answered],
      'messages/1.json': [asked],
      'attachments/0.json': ['no', 'a long question'],
      'events/0.json': [],
    };
    const run = await importArchive(
      makeZip([
        entries[0]!,
        ...Object.entries(pieces).map(([name, value]) => ({
          name: `samples/1_epoch_1/${name}`,
          text: JSON.stringify(value),
        })),
      ]),
    );
    expect(run.rows[0]).toMatchObject({ input: '1+1', output: '2', scores: { match: 1 } });
  });

  it.each([
    { what: 'encrypted', change: { flags: 1 }, code: 'IMPORT_VERSION' },
    { what: 'compressed otherwise', change: { method: 12 as const }, code: 'IMPORT_VERSION' },
    { what: 'longer than it says', change: { bytes: 3 }, code: 'IMPORT_INVALID' },
    { what: 'shorter than it says', change: { bytes: 30_000 }, code: 'IMPORT_INVALID' },
    { what: 'a bomb', change: { bytes: 2 ** 28 }, code: 'IMPORT_TOO_LARGE' },
    { what: 'damaged', change: { crc: 7 }, code: 'IMPORT_INVALID' },
  ])('refuses an entry that is $what', async ({ change, code }) => {
    const bytes = makeZip([entries[0]!, { ...entries[1]!, ...change }]);
    await expect(importArchive(bytes)).rejects.toMatchObject({
      code,
      place: '"samples/1_epoch_1.json"',
    });
  });

  it.each([
    { what: 'cut off', change: (bytes: Buffer) => bytes.subarray(0, bytes.length - 30) },
    { what: 'only a beginning', change: (bytes: Buffer) => bytes.subarray(0, 20) },
    {
      what: 'with a directory outside of it',
      change: (bytes: Buffer) => {
        bytes.writeUInt32LE(0x7fff_ffff, bytes.length - 6);
        return bytes;
      },
    },
    {
      what: 'with more entries than it has',
      change: (bytes: Buffer) => {
        bytes.writeUInt16LE(900, bytes.length - 12);
        return bytes;
      },
    },
  ])('refuses an archive that is $what', async ({ change }) => {
    await expect(importArchive(change(makeZip(entries)))).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
    });
  });

  it('does not take names for paths', async () => {
    const text = JSON.stringify(sample());
    const hostile = { name: 'samples/../../../../tmp/evil.json', text };
    await expect(importArchive(makeZip([entries[0]!, hostile]))).rejects.toMatchObject({
      code: 'IMPORT_NO_SAMPLES',
    });
  });
});
