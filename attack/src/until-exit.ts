import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process used until it ended, including its threads and the engine's background work. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly output: string;
  readonly code: number | null;
}

const POLL_MS = 20;
/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;
const OUT_OF_TIME_MS = 30_000;

/** Runs a Node program to its end; on Linux only, where `/proc` reports what it uses. */
export async function untilExit(node: string, args: readonly string[]): Promise<Usage> {
  const child = spawn(node, ['--no-warnings', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  let cpuMs = 0;
  let peakMiB = 0;
  const look = (): void => {
    try {
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
      // After the name, which may contain anything: state, then the 14th and 15th field are user and system time.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      cpuMs = Math.max(cpuMs, (Number(fields[11]) + Number(fields[12])) * TICK_MS);
      const peak = /^VmHWM:\s+(\d+) kB/m.exec(
        readFileSync(`/proc/${child.pid}/status`, 'utf8'),
      )?.[1];
      peakMiB = Math.max(peakMiB, Number(peak ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, POLL_MS);
  const tooLong = setTimeout(() => child.kill('SIGKILL'), OUT_OF_TIME_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(timer);
  clearTimeout(tooLong);
  return { cpuMs, peakMiB, output, code };
}
