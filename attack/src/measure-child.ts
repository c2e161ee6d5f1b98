import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a separate process took, until it ended. */
export interface Measured {
  /** What it printed, as JSON. */
  readonly result: unknown;
  /** CPU time of all of its threads, in milliseconds. */
  readonly cpuMs: number;
  /** The most memory that it used, in MiB; its own children are not included. */
  readonly rssMb: number;
  readonly wallMs: number;
}

/**
 * Runs a module of `src/measured` in a separate process, so that its memory and time are counted alone, until it ends.
 *
 * @throws If it dies, or has not ended after `timeoutMs`.
 */
export async function measureChild(
  name: string,
  args: readonly string[],
  timeoutMs = 30_000,
): Promise<Measured> {
  const script = fileURLToPath(new URL(`measured/${name}.ts`, import.meta.url));
  const reporter = fileURLToPath(new URL('measured/report-usage.ts', import.meta.url));
  const started = performance.now();
  const { stdout } = await run(
    process.execPath,
    ['--no-warnings', '--import', reporter, script, ...args],
    { timeout: timeoutMs, killSignal: 'SIGKILL' },
  );
  const wallMs = performance.now() - started;
  const lines = stdout.trim().split('\n');
  const { cpuMs, rssMb } = JSON.parse(lines.pop() ?? '') as Pick<Measured, 'cpuMs' | 'rssMb'>;
  return { result: JSON.parse(lines.pop() ?? 'null'), cpuMs, rssMb, wallMs };
}
