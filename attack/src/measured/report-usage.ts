// Loaded before a measured program: prints, as its last line, what the process took.
import { writeSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMb: maxRSS / 1024 };
  writeSync(1, `${JSON.stringify(usage)}\n`);
});
