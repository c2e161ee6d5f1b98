import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { ProgressBar } from './progress-bar.js';
import { createStyle } from './style.js';

function createBar(isTTY: boolean, columns?: number, title = 'run') {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { io, stderr } = captureIo({ isTTY, env: { NO_COLOR: '1' } });
  const output = { ...io.stderr, ...(columns === undefined ? {} : { columns }) };
  return { bar: new ProgressBar(output, createStyle(output, io.env), title), stderr };
}

const IDLE = { totalRecords: 100, inFlight: 0, cost: 0 };

describe('ProgressBar', () => {
  it('writes nothing unless the output is a terminal', () => {
    const { bar, stderr } = createBar(false);
    bar.update({ ...IDLE, records: 1, fraction: 0.5, failedRows: 0 });
    bar.clear();
    expect(stderr()).toBe('');
  });

  it('draws one line over itself, and takes it away', () => {
    const { bar, stderr } = createBar(true);
    vi.advanceTimersByTime(500);
    bar.update({ ...IDLE, records: 50, fraction: 0.5, failedRows: 2 });
    expect(stderr()).toBe(`\r\u001B[Krun  ${'━'.repeat(30)}  50 %  50 records, 100/s  2 failed`);
    bar.clear();
    expect(stderr().endsWith('\r\u001B[K')).toBe(true);
    expect(stderr()).not.toContain('\n');
  });

  it.each([
    {
      columns: undefined,
      line: `a-very-long-name-of-a-run  ${'━'.repeat(17)}   3 %  1,234,567 records, 24,691/s`,
    },
    {
      columns: 0,
      line: `a-very-long-name-of-a-run  ${'━'.repeat(17)}   3 %  1,234,567 records, 24,691/s`,
    },
    {
      columns: 200,
      line: `a-very-long-name-of-a-run  ${'━'.repeat(30)}   3 %  1,234,567 records, 24,691/s`,
    },
    { columns: 60, line: `a-very-long…  ${'━'.repeat(20)}   3 %  1,234,567 records` },
    { columns: 40, line: 'a-very-long…    3 %  1,234,567 records' },
    { columns: 30, line: '  3 %  1,234,567 records' },
    { columns: 20, line: `${'━'.repeat(13)}   3 %` },
    { columns: 5, line: '' },
    { columns: 1, line: '' },
  ])('fits a terminal of $columns columns', ({ columns, line }) => {
    const { bar, stderr } = createBar(true, columns, 'a-very-long-name-of-a-run');
    vi.advanceTimersByTime(50_000);
    bar.update({ ...IDLE, records: 1_234_567, fraction: 0.03, failedRows: 0 });
    expect(stderr()).toBe(`\r\u001B[K${line}`);
  });

  it.each(Array.from({ length: 120 }, (_, index) => index + 1))(
    'never wraps at %i columns',
    (columns) => {
      const { bar, stderr } = createBar(true, columns, 'x'.repeat(128));
      vi.advanceTimersByTime(1);
      bar.update({ ...IDLE, records: 123_456_789, fraction: 1, failedRows: 123_456_789 });
      expect(Array.from(stderr().slice(4)).length).toBeLessThan(Math.max(columns, 1));
    },
  );

  it('does not draw more often than eyes can follow', () => {
    const { bar, stderr } = createBar(true);
    for (let records = 1; records <= 1000; records += 1) {
      vi.advanceTimersByTime(1);
      bar.update({ ...IDLE, records, fraction: records / 1000, failedRows: 0 });
    }
    expect(stderr().split('\r').length - 1).toBeLessThan(20);
  });
});
