import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { ProgressBar } from './progress-bar.js';
import { createStyle } from './style.js';

function createBar(isTTY: boolean) {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { io, stderr } = captureIo({ isTTY, env: { NO_COLOR: '1' } });
  return { bar: new ProgressBar(io.stderr, createStyle(io.stderr, io.env), 'run'), stderr };
}

describe('ProgressBar', () => {
  it('writes nothing unless the output is a terminal', () => {
    const { bar, stderr } = createBar(false);
    bar.update({ records: 1, fraction: 0.5, failedRows: 0 });
    bar.clear();
    expect(stderr()).toBe('');
  });

  it('draws one line over itself, and takes it away', () => {
    const { bar, stderr } = createBar(true);
    vi.advanceTimersByTime(500);
    bar.update({ records: 50, fraction: 0.5, failedRows: 2 });
    expect(stderr()).toBe(`\r\u001B[Krun  ${'━'.repeat(30)}  50 %  50 records, 100/s  2 failed`);
    bar.clear();
    expect(stderr().endsWith('\r\u001B[K')).toBe(true);
    expect(stderr()).not.toContain('\n');
  });

  it('does not draw more often than eyes can follow', () => {
    const { bar, stderr } = createBar(true);
    for (let records = 1; records <= 1000; records += 1) {
      vi.advanceTimersByTime(1);
      bar.update({ records, fraction: records / 1000, failedRows: 0 });
    }
    expect(stderr().split('\r').length - 1).toBeLessThan(20);
  });
});
