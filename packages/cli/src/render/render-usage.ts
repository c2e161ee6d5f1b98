import { formatCount } from '@testbench/report/terminal';
import type { CallUsage } from '@testbench/types/errors';

import { formatBytes, formatDuration } from './format-value.js';

/** Usage of a call, on one line. */
export function renderUsage({ executionTimeMs, fuelUsed, memoryUsedBytes }: CallUsage): string {
  return [
    `time ${formatDuration(executionTimeMs)}`,
    `fuel ${formatCount(fuelUsed)}`,
    `memory ${formatBytes(memoryUsedBytes)}`,
  ].join(' · ');
}
