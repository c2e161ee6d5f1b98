import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { renderReport } from '../__fixtures__/render-report.js';
import { createOtelReporter } from './otel-reporter.js';

interface LogRecord {
  readonly timeUnixNano: string;
  readonly eventName: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: Readonly<Record<string, unknown>>;
  }[];
}

const attributesOf = ({ attributes }: LogRecord): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe('createOtelReporter()', () => {
  it('writes an event for each score and failure, in batches', async () => {
    const text = await renderReport(createOtelReporter, generateRun({ records: 400 }));
    const batches = text
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { resourceLogs: { scopeLogs: { logRecords: LogRecord[] }[] }[] },
      );
    expect(batches.length).toBeGreaterThan(2);
    const records = batches.flatMap((batch) => batch.resourceLogs[0]!.scopeLogs[0]!.logRecords);
    expect(records).toHaveLength(400 * 2 * 2);
    expect(records[0]).toMatchObject({
      eventName: 'gen_ai.evaluation.result',
      timeUnixNano: String(BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1_000_000n),
    });
    expect(attributesOf(records[0]!)).toEqual({
      'gen_ai.evaluation.name': 'exact-match',
      'gen_ai.evaluation.score.value': 1,
      'gen_ai.evaluation.score.label': 'pass',
      'gen_ai.evaluation.explanation': expect.stringContaining('is what'),
      'gen_ai.request.model': 'abacus-large',
      'testbench.record.id': 'problem-00000',
      'testbench.record.index': '0',
      'testbench.record.group': 'arithmetic',
      'testbench.prompt': 'default',
      'testbench.provider': 'replay',
      'testbench.epoch': '1',
    });
    // Without a threshold, it is unknown which scores are right.
    expect(attributesOf(records[1]!)).not.toHaveProperty('gen_ai.evaluation.score.label');
    const failed = records.map(attributesOf).filter((each) => each['error.type'] !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed[0]).toMatchObject({ 'error.type': 'CALL_FAILED' });
  });
});
