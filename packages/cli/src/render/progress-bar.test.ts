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

const IDLE = { totalRecords: 100, earlierRecords: 0, inFlight: 0, cost: 0, failedRows: 0 };
const BUSY = {
  records: 1_234,
  earlierRecords: 0,
  totalRecords: 10_000,
  fraction: 0.1234,
  failedRows: 2,
  inFlight: 64,
  cost: 1.5,
};

describe('ProgressBar', () => {
  it('writes a line now and then where there is no terminal', () => {
    const { bar, stderr } = createBar(false);
    bar.update({ ...IDLE, records: 1, fraction: 0.01 });
    vi.advanceTimersByTime(29_000);
    bar.update({ ...IDLE, records: 2, fraction: 0.02 });
    expect(stderr()).toBe('');
    vi.advanceTimersByTime(1_000);
    bar.update(BUSY);
    vi.advanceTimersByTime(29_000);
    bar.update(BUSY);
    bar.clear();
    expect(stderr()).toBe(
      'run: 12 %, 1,234 of 10,000 records, 41/s, 64 in flight, 2 failed, cost 1.50, 4 min left\n',
    );
  });

  it('draws one line over itself, and takes it away', () => {
    const { bar, stderr } = createBar(true);
    vi.advanceTimersByTime(500);
    bar.update({ ...IDLE, records: 50, fraction: 0.5, failedRows: 2 });
    expect(stderr()).toBe(
      `\r\u001B[Krun  ${'━'.repeat(22)}  50 %  50 of 100 records  100/s  2 failed  1 s left`,
    );
    bar.clear();
    expect(stderr().endsWith('\r\u001B[K')).toBe(true);
    expect(stderr()).not.toContain('\n');
  });

  it('counts the rate from what this process has made, and slow ones by the minute', () => {
    const { bar, stderr } = createBar(false);
    vi.advanceTimersByTime(60_000);
    bar.update({ ...IDLE, records: 93, earlierRecords: 90, fraction: 0.93 });
    expect(stderr()).toBe('run: 93 %, 93 of 100 records, 3.0/min, 2 min left\n');
  });

  it.each([
    {
      columns: 200,
      line: `a-very-long-name-of-a-run  ${'━'.repeat(30)}  12 %  1,234 of 10,000 records  25/s  64 in flight  2 failed  cost 1.50  6 min left`,
    },
    {
      columns: 120,
      line: `a-very-long-name-of-a-run  ${'━'.repeat(8)}  12 %  1,234 of 10,000 records  25/s  64 in flight  2 failed  cost 1.50  6 min left`,
    },
    {
      columns: 0,
      line: 'a-very-long…   12 %  1,234 of 10,000 records  2 failed  cost 1.50  6 min left',
    },
    { columns: 60, line: '━━━━━━  12 %  1,234 of 10,000 records  2 failed  6 min left' },
    { columns: 40, line: '━━━━━━━━━━━  12 %  2 failed  6 min left' },
    { columns: 20, line: ' 12 %  2 failed' },
    { columns: 10, line: ' 12 %' },
    { columns: 5, line: '' },
    { columns: 1, line: '' },
  ])('fits a terminal of $columns columns', ({ columns, line }) => {
    const { bar, stderr } = createBar(true, columns, 'a-very-long-name-of-a-run');
    vi.advanceTimersByTime(50_000);
    bar.update(BUSY);
    expect(stderr()).toBe(`\r\u001B[K${line}`);
  });

  it.each(Array.from({ length: 120 }, (_, index) => index + 1))(
    'never wraps at %i columns',
    (columns) => {
      const { bar, stderr } = createBar(true, columns, 'x'.repeat(128));
      vi.advanceTimersByTime(1000);
      bar.update({ ...BUSY, records: 123_456_789, totalRecords: 123_456_790, cost: 12_345.678 });
      expect(Array.from(stderr().slice(4)).length).toBeLessThan(Math.max(columns, 1));
    },
  );

  it('does not draw more often than eyes can follow', () => {
    const { bar, stderr } = createBar(true);
    for (let records = 1; records <= 1000; records += 1) {
      vi.advanceTimersByTime(1);
      bar.update({ ...IDLE, records, fraction: records / 1000 });
    }
    expect(stderr().split('\r').length - 1).toBeLessThan(20);
  });
});
