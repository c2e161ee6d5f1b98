// Loaded before a measured program: prints, as its last line, what the process used.
import { readFileSync, writeSync } from 'node:fs';

/** Peak of this process in MiB. The value that Linux gives as `maxRSS` begins with the peak of the process that started it. */
function peakMb(): number {
  try {
    const [, kb] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kb !== undefined) return Number(kb) / 1024;
  } catch {
    // Another operating system.
  }
  return process.resourceUsage().maxRSS / 1024;
}

process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMb: peakMb() };
  writeSync(1, `${JSON.stringify(usage)}\n`);
});
